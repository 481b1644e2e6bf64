use bitcart_events::{Event, on};

#[on("new_block")]
unsafe fn block(_event: Event, _height: u64) {}

fn main() {}

//~ unsafe
