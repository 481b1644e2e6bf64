use bitcart_events::{Coin, Event, on};

#[on("new_block")]
fn block(_coin: Coin, _event: Event) {}

fn main() {}

//~ _coin
