#![allow(unused)]

use bitcart_events::{Event, handlers, on};

#[on("new_block")]
fn block(event: Event height: u64) {}

fn main() {
    let _ = handlers![block];
}

//~ height
