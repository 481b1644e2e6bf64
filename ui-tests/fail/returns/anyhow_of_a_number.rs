#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block")]
async fn block(event: Event, height: u64) -> std::io::Result<u64> {
    Ok(height)
}

fn main() {}

//~ std::io::Result<u64>
