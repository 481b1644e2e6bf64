#![allow(unused)]

use bitcart_events::field::StrField;

#[derive(StrField)]
struct OrderId(&'static str);

fn main() {}

//~ &'static str
