use bitcart_events::{Decimal, Event, on};

#[on("new_transaction", currency = "BTC")]
fn seen(event: Event, tx: &str, amount: Option<Decimal>) {
    println!("{event}: {tx} {amount:?}");
}

fn main() {}

//~ amount
