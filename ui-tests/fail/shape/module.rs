#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block")]
mod blocks {
    pub fn block() {}
}

fn main() {}

//~ mod
