#![allow(unused)]

use bitcart_events::{Delivery, Event, on};

#[on("new_block")]
fn block(event: Event, delivery: Option<&Delivery>) {}

fn main() {}

//~ Option<&Delivery>
