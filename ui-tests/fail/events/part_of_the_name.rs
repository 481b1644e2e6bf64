#![allow(unused)]

use bitcart_events::{Event, on};

#[on("payment")]
fn paid(event: Event, address: &str) {}

fn main() {}

//~ "payment"
