#![allow(unused)]

use bitcart_events::{field::StrField};

#[derive(StrField)]
struct OrderId(u64);

fn main() {}

//~ u64
