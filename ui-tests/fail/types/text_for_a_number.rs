use bitcart_events::{Event, on};

#[on("new_block")]
fn block(_event: Event, _height: String) {}

fn main() {}

//~ String
