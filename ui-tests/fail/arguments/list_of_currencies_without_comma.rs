#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block", currency = ["BTC" "LTC"])]
fn block(event: Event) {}

fn main() {}

//~ "LTC"
