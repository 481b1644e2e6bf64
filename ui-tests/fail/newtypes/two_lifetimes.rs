#![allow(unused)]

use bitcart_events::{field::StrField};

#[derive(StrField)]
struct OrderId<'a, 'b>(&'a &'b str);

fn main() {}

//~ 'b
