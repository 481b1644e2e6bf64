#![allow(unused)]

use bitcart_events::{Event, on};

const EVENT: &str = "new_block";

#[on(EVENT)]
fn block(event: Event, height: u64) {}

fn main() {}

//~ EVENT
