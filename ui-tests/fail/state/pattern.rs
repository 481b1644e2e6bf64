#![allow(unused)]

use bitcart_events::{Event, State, on};

#[on("new_block")]
async fn block(event: Event, State(blocks): State<u64>) {}

fn main() {}

//~ State(blocks)
