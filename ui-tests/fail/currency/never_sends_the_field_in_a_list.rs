#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_transaction", currency = ["BTC", "LTC"])]
fn seen(event: Event, from_address: Option<&str>) {}

fn main() {}

//~ from_address
