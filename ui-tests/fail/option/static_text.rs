#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_transaction", currency = "ETH")]
fn token(event: Event, contract: &'static str) {}

fn main() {}

//~ &'static str
