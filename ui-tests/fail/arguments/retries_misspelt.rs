use bitcart_events::{Event, on};

#[on("new_block", retry = 5)]
fn block(_event: Event, _height: u64) {}

fn main() {}

//~ retry
