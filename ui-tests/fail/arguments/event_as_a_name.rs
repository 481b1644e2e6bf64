#![allow(unused)]

use bitcart_events::{Event, on};

#[on(event = "new_block")]
fn block(event: Event, height: u64) {}

fn main() {}

//~ event
