#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block")]
fn block(event: u64, height: u64) {}

fn main() {}

//~ u64
