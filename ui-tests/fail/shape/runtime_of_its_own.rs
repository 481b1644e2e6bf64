#![allow(unused)]

use bitcart_events::{Event, on};

mod tokio {
    pub use core::prelude::v1::test as main;
}

#[on("new_block")]
#[tokio::main]
async fn block(event: Event, height: u64) {}

fn main() {}

//~ #[tokio::main]
