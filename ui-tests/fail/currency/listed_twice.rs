use bitcart_events::{Decimal, Event, on};

#[on("new_transaction", currency = ["ETH", "eth"])]
fn token(_event: Event, _amount: Decimal) {}

fn main() {}

//~ "eth"
