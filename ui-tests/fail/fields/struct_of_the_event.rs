#![allow(unused)]

use bitcart_events::event::NewPayment;
use bitcart_events::{Event, on};

#[on("new_payment")]
fn paid(event: Event, payment: NewPayment) {}

fn main() {}

//~ payment
