#![allow(unused)]

use bitcart_events::{field::StrField};

#[derive(StrField)]
#[field(rename = "order")]
struct OrderId(String);

fn main() {}

//~ rename
