use bitcart_events::{Coin, Event, on};

#[on("new_transaction")]
fn seen(event: Event, coin: Coin) {
    println!("{event} of {}", coin.currency());
}

fn main() {}

//~ coin
