use bitcart_events::{Event, on};

#[on("new_transaction")]
fn seen(_event: Event, (_a, _b): (String, String)) {}

fn main() {}

//~ (_a, _b)
