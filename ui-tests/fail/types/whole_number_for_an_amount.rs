#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_payment", daemon = "current")]
fn paid(event: Event, sent_amount: u64) {}

fn main() {}

//~ u64
