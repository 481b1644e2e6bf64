use bitcart_events::{Event, on};

#[on("verified_tx", currency = "ETH", daemon = "current")]
fn confirmed(_event: Event, _tx: &str) {}

fn main() {}

//~ "ETH"
