#![allow(unused)]

use bitcart_events::{Event, on};

#[on(["new_block" "new_payment"])]
fn block(event: Event, height: Option<u64>) {}

fn main() {}

//~ "new_payment"
