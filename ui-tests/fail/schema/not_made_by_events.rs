#![allow(unused)]

use bitcart_events::{Event, on};

mod shop {}

#[on("order_shipped", schema = shop)]
fn shipped(event: Event, order_id: u64) {}

fn main() {}

//~ shop
