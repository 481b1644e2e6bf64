use bitcart_events::{Decimal, Event, on};

#[on("new_transaction", currency = ["BTC", "ETH"])]
fn token(_event: Event, _amount: Decimal) {}

fn main() {}

//~ Decimal
