#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_transaction")]
fn seen(event: Event, tx: Box<u64>) {}

fn main() {}

//~ Box<u64>
