#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block")]
fn block(event: Event, height: u64)
where
    u64: Copy, {}

fn main() {}

//~ where
