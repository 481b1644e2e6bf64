#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block")]
fn block(event: Event, height: u64) {
    let text: String = height;
}

fn main() {}

//~ height
