use bitcart_events::{Event, on};

#[on("new_block", retries(5))]
fn block(_event: Event, _height: u64) {}

fn main() {}

//~ retries
