use bitcart_events::{Event, on};

#[on("new_block")]
fn block(_event: Event, _confirmations: u64) {}

fn main() {}

//~ _confirmations
