#![allow(unused)]

use bitcart_events::{Event, on};

#[on(1)]
fn block(event: Event, height: u64) {}

fn main() {}

//~ 1
