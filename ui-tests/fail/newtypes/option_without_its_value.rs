#![allow(unused)]

use bitcart_events::field::StrField;

#[derive(StrField)]
#[field(crate)]
struct OrderId(String);

fn main() {}

//~ )
