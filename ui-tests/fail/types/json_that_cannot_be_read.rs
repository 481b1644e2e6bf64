#![allow(unused)]

use bitcart_events::{Event, field::Json, on};

struct OrderId(String);

#[on("new_payment")]
fn paid(event: Event, address: Json<OrderId>) {}

fn main() {}

//~ Json<OrderId>
