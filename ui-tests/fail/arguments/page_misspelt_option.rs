use bitcart_events::{Decimal, Event, on};

#[on("new_transaction", curency = "ETH")]
fn token(event: Event, amount: Option<Decimal>) {
    println!("{event}: {amount:?}");
}

fn main() {}

//~ curency
