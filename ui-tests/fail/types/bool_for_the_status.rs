#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_payment")]
fn paid(event: Event, status: bool) {}

fn main() {}

//~ bool
