#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block")]
type Block = fn(Event);

fn main() {}

//~ type
