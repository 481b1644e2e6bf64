#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block")]
fn block(event: Event, wallet: &str) {}

fn main() {}

//~ wallet
