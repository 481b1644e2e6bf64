#![allow(unused)]

use bitcart_events::{Event, on};

#[on(["verified_tx", "new_block"], currency = "ETH")]
fn block(event: Event, height: Option<u64>) {}

fn main() {}

//~ "verified_tx"
