#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block")]
fn block(event: Event, height: &mut u64) {}

fn main() {}

//~ &mut u64
