#![allow(unused)]

use bitcart_events::{Event, on};

struct Orders;

#[on("new_block")]
fn block(event: Event, orders: &Orders) {}

fn main() {}

//~ orders
