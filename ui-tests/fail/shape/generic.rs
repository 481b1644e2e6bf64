use bitcart_events::{Event, on};

#[on("new_block")]
fn block<T: From<u64>>(_event: Event, _height: T) {}

fn main() {}

//~ T: From<u64>
