use bitcart_events::{Event, on};

#[on("new_transaction", currency = "ETH")]
fn token(_event: Event, _contract: &str) {}

fn main() {}

//~ &str
