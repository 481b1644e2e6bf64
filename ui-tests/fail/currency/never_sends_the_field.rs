use bitcart_events::{Decimal, Event, on};

#[on("new_transaction", currency = "BTC")]
fn token(_event: Event, _amount: Option<Decimal>) {}

fn main() {}

//~ _amount
