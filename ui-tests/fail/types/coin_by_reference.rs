use bitcart_events::{Coin, Event, on};

#[on("new_block")]
fn block(_instance: &Coin, _event: Event) {}

fn main() {}

//~ &Coin
