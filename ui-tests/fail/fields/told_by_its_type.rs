#![allow(unused)]

use bitcart_events::{Event, PaymentStatus, on};

#[on("new_payment")]
fn paid(event: Event, how: PaymentStatus) {}

fn main() {}

//~ how
