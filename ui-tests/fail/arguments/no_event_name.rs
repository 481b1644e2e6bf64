use bitcart_events::{Event, on};

#[on]
fn block(_event: Event) {}

fn main() {}

//~ #[on]
