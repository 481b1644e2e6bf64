use bitcart_events::{Event, on};

#[on("new_block", retries = RETRIES)]
fn block(_event: Event, _height: u64) {}

fn main() {}

//~ RETRIES
