#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_payment")]
fn paid(event: Event, sent_amount: f64) {}

fn main() {}

//~ f64
