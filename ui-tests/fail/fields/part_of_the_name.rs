#![allow(unused)]

use bitcart_events::{Decimal, Event, on};

#[on("new_payment", daemon = "current")]
fn paid(event: Event, amount: Decimal) {}

fn main() {}

//~ amount
