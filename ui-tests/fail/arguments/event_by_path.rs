#![allow(unused)]

use bitcart_events::{Event, on};

#[on(bitcart_events::event::NewBlock)]
fn block(event: Event, height: u64) {}

fn main() {}

//~ bitcart_events::event::NewBlock
