#![allow(unused)]

use bitcart_events::{Event, State, on};

#[on("new_block")]
async fn block(event: Event, orders: State<Orders>) {}

fn main() {}

//~ Orders
