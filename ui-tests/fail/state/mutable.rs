#![allow(unused)]

use bitcart_events::{Event, State, on};

struct Orders;

#[on("new_block")]
fn block(event: Event, orders: &mut State<Orders>) {}

fn main() {}

//~ &mut State<Orders>
