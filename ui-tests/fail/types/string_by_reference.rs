use bitcart_events::{Event, on};

#[on("new_transaction")]
fn seen(_event: Event, _tx: &String) {}

fn main() {}

//~ &String
