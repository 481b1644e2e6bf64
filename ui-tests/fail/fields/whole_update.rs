#![allow(unused)]

use bitcart_events::{Event, Update, on};

#[on("new_block")]
async fn block(event: Event, update: Update) {}

fn main() {}

//~ update
