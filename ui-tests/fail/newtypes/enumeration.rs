#![allow(unused)]

use bitcart_events::{field::StrField};

#[derive(StrField)]
enum OrderId {
    Text(String),
}

fn main() {}

//~ OrderId
