#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block", currency = ["ETH", "ETC"])]
fn block(event: Event, height: u64) {}

fn main() {}

//~ "ETC"
