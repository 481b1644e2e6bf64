use bitcart_events::{Decimal, Event, on};

#[on("new_transaction", curency = "ETH")]
fn token(_event: Event, _amount: Decimal) {}

fn main() {}

//~ curency
