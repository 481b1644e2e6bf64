#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block, new_payment")]
fn either(event: Event) {}

fn main() {}

//~ "new_block, new_payment"
