#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_payment")]
fn paid(event: Event, sent_amount: Option<Decimal>) {}

fn main() {}

//~ Decimal
