use bitcart_events::{Event, on};

#[on(["new_block", "new_block"])]
fn block(_event: Event, _height: Option<u64>) {}

fn main() {}

//~ "new_block"
