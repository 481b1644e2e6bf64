use bitcart_events::{Event, on};

#[on("new_block")]
fn block(_ev: Event, _height: u64) {}

fn main() {}

//~ _ev
