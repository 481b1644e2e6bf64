use bitcart_events::{Event, on};

#[on("new_block", crate = nowhere)]
fn block(_event: Event, _height: u64) {}

fn main() {}

//~ nowhere
