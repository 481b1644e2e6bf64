#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block", currency =)]
fn block(event: Event, height: u64) {}

fn main() {}

//~ currency
