#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block"blocking)]
fn block(event: Event) {}

fn main() {}

//~ "new_block"blocking
