use bitcart_events::{Decimal, Event, on};

#[on("new_transaction")]
fn token(event: Event, amount: Decimal) {
    println!("{event}: {amount}");
}

fn main() {}

//~ Decimal
