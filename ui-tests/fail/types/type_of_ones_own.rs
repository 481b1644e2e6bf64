#![allow(unused)]

use bitcart_events::{Event, on};

struct OrderId(String);

#[on("new_payment")]
fn paid(event: Event, address: OrderId) {}

fn main() {}

//~ OrderId
