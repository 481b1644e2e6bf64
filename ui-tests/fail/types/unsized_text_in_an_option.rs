#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_transaction")]
fn seen(event: Event, contract: Option<str>) {}

fn main() {}

//~ Option<str>
