#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_transaction", currency = "ETH")]
fn token(event: Event, contract: std::sync::Arc<String>) {}

fn main() {}

//~ std::sync::Arc<String>
