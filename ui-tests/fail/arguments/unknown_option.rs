use bitcart_events::{Event, on};

#[on("new_block", timeout = 3)]
fn block(_event: Event, _height: u64) {}

fn main() {}

//~ timeout
