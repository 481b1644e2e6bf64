use bitcart_events::{Event, on};

#[on(register = false)]
fn block(_event: Event, _height: u64) {}

fn main() {}

//~ register
