#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_block")]
async fn block(event: Event, height: u64) -> Result<(), ShopError> {
    Ok(())
}

fn main() {}

//~ ShopError
