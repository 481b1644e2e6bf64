#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block", blockng)]
fn block(event: Event, height: u64) {}

fn main() {}

//~ blockng
