#![allow(unused)]

use bitcart_events::{Event, State, on};

#[on("new_block")]
fn block(event: Event, blocks: Option<State<u64>>) {}

fn main() {}

//~ Option<State<u64>>
