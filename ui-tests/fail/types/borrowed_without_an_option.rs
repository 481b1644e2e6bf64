#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_payment")]
fn paid(event: Event, tx_hashes: Vec<&str>) {}

fn main() {}

//~ Vec<&str>
