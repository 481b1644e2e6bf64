#![allow(unused)]

use bitcart_events::{field::StrField};

#[derive(StrField)]
struct OrderId(String, u64);

fn main() {}

//~ OrderId
