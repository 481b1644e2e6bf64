use bitcart_events::{Event, on};

#[on("new_transaction")]
fn seen(_event: Event, _height: u64) {}

fn main() {}

//~ _height
