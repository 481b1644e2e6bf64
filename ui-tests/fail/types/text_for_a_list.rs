use bitcart_events::{Event, on};

#[on("new_payment", daemon = "current")]
fn paid(_event: Event, _tx_hashes: String) {}

fn main() {}

//~ String
