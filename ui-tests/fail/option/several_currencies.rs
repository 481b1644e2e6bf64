#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_transaction", currency = ["BTC", "ETH"])]
fn seen(event: Event, to: &str) {}

fn main() {}

//~ &str
