#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block")]
fn block(event: Event, ref height: u64) {}

fn main() {}

//~ ref height
