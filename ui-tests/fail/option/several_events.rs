use bitcart_events::{Event, on};

#[on(["new_block", "new_transaction"])]
fn either(_event: Event, _height: u64) {}

fn main() {}

//~ u64
