#![allow(unused)]

use bitcart_events::{Event, on};

#[on(["new_block", "verified_tx"])]
fn block(event: Event, height: Option<i8>) {}

fn main() {}

//~ Option<i8>
