#![allow(unused)]

use bitcart_events::{Event, on};

struct Money;

#[on("new_payment")]
fn paid(event: Event, sent_amount: Money) {}

fn main() {}

//~ Money
//~ Money
