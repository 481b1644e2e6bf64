use bitcart_events::{Decimal, Event, on};

#[on("new_transaction", currency = "ETH")]
fn ether(_event: Event, _amount: Decimal) {}

#[on("new_transaction", currency = ["TRX", "ETH"])]
fn token(_event: Event, _amount: Decimal) {}

fn main() {}

//~ "ETH"
