#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block")]
fn block(event: Event, height: f64) {}

fn main() {}

//~ f64
