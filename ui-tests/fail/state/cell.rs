#![allow(unused)]

use bitcart_events::{Event, State, on};

use std::cell::Cell;

#[on("new_block")]
fn block(event: Event, blocks: State<Cell<u64>>) {}

fn main() {}

//~ State<Cell<u64>>
