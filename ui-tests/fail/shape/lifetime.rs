use bitcart_events::{Event, on};

#[on("new_transaction")]
fn seen<'a>(_event: Event, _tx: &'a str) {}

fn main() {}

//~ 'a
