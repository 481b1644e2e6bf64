use bitcart_events::{Event, on};

#[on("new_block")]
fn block<const N: usize>(_event: Event, _height: u64) {}

fn main() {}

//~ const N: usize
