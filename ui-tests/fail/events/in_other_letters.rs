#![allow(unused)]

use bitcart_events::{Event, on};

#[on("New-Payment")]
fn paid(event: Event, address: &str) {}

fn main() {}

//~ "New-Payment"
