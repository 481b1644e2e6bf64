#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_payment")]
fn paid(event: Event, tx_hashes: Option<Vec<&str>>) {}

fn main() {}

//~ Option<Vec<&str>>
