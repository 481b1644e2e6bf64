use bitcart_events::{Event, on};

#[on([])]
fn nothing(_event: Event, _height: u64) {}

fn main() {}

//~ []
