#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block", currencies = ["BTC", "LTC"])]
fn block(event: Event) {}

fn main() {}

//~ currencies
