#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block")]
fn block(event: Event, height: u64) -> bool {
    true
}

fn main() {}

//~ bool
