#![allow(unused)]

use bitcart_events::{Event, State, on};

use std::cell::RefCell;

#[on("new_block")]
async fn block(event: Event, blocks: State<RefCell<u64>>) {}

fn main() {}

//~ State<RefCell<u64>>
