#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block")]
fn block(event: Event, height: Option<Option<&str>>) {}

fn main() {}

//~ Option<Option<&str>>
