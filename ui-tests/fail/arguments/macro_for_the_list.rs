#![allow(unused)]

use bitcart_events::{Event, on};

#[on(vec!["new_block", "new_payment"])]
fn block(event: Event) {}

fn main() {}

//~ vec
