use bitcart_events::{Decimal, Event, on};

#[on("new_transaction", currency = "DOGE")]
fn token(_event: Event, _amount: Decimal) {}

fn main() {}

//~ "DOGE"
