use bitcart_events::{Event, on};

#[on(["new_transaction", "verified_tx"])]
fn either(_event: Event, _tx: &str) {}

fn main() {}

//~ &str
