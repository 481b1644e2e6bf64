#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_transaction")]
fn seen(event: Event, tx: &'a str) {}

fn main() {}

//~ 'a
