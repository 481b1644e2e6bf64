#![allow(unused)]

use bitcart_events::{field::StrField};

#[derive(StrField)]
struct OrderId;

fn main() {}

//~ OrderId
