#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block")]
fn block(event: &mut Event) {}

fn main() {}

//~ &mut Event
