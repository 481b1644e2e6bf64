use bitcart_events::{Event, on};

#[on("new_block")]
fn block(_event: Event, _: u64) {}

fn main() {}

//~ _
