#![allow(unused)]

extern crate bitcart_events as payments;

use payments::{Event, on};

#[on("new_block", crate = "payments")]
fn block(event: Event, height: u64) {}

fn main() {}

//~ "payments"
