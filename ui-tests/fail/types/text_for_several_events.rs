#![allow(unused)]

use bitcart_events::{Event, on};

#[on(["new_block", "verified_tx"])]
fn block(event: Event, height: String) {}

fn main() {}

//~ String
