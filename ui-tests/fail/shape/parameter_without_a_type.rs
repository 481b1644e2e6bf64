#![allow(unused)]

use bitcart_events::{Event, handlers, on};

#[on("new_block")]
fn block(event: Event, height) {}

fn main() {
    let _ = handlers![block];
}

//~ )
