#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block")]
async fn block<T>(event: Event, height: u64) {}

fn main() {}

//~ T
