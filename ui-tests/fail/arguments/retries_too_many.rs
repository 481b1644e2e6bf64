use bitcart_events::{Event, on};

#[on("new_block", retries = 1000)]
fn block(_event: Event, _height: u64) {}

fn main() {}

//~ 1000
