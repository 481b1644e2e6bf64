#![allow(unused)]

use bitcart_events::{Event, on};

#[on(["new_payment", "new_transaction"], currency = "BTC")]
fn paid(event: Event, contract: Option<&str>) {}

fn main() {}

//~ contract
