#![allow(unused)]

use bitcart_events::{Decimal, Event, on};

#[on("new_payment", daemon = "current")]
fn paid(event: Event, sent_amount: Box<Decimal>) {}

fn main() {}

//~ Box<Decimal>
