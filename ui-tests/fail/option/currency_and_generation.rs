#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_payment", currency = "ETH")]
fn paid(event: Event, contract: &str) {}

fn main() {}

//~ &str
