#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block")]
enum Block {
    Mined,
}

fn main() {}

//~ enum
