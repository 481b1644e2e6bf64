#![allow(unused)]

use bitcart_events::{Event, on};

#[on(["new_blok", "new_block"])]
fn block(event: Event) {}

fn main() {}

//~ "new_blok"
