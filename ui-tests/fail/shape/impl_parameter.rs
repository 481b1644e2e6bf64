use bitcart_events::{Event, on};

#[on("new_transaction")]
fn seen(_event: Event, _tx: impl Into<String>) {}

fn main() {}

//~ impl Into<String>
