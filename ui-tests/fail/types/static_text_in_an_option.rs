#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_payment")]
fn paid(event: Event, contract: Option<&'static str>) {}

fn main() {}

//~ Option<&'static str>
