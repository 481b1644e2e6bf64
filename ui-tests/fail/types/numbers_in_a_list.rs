#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_payment")]
fn paid(event: Event, tx_hashes: Option<Vec<u64>>) {}

fn main() {}

//~ Option<Vec<u64>>
