use bitcart_events::{Event, on};

#[on("new_block", retries = 2.5)]
fn block(_event: Event, _height: u64) {}

fn main() {}

//~ 2.5
