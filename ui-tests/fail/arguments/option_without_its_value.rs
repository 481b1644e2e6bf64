use bitcart_events::{Event, on};

#[on("new_block", register)]
fn block(_event: Event, _height: u64) {}

fn main() {}

//~ register
