#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block", currency: "ETH")]
fn block(event: Event, height: u64) {}

fn main() {}

//~ currency
