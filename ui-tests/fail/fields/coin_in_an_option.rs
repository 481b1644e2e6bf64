#![allow(unused)]

use bitcart_events::{Coin, Event, on};

#[on("new_payment")]
fn paid(event: Event, coin: Option<Coin>) {}

fn main() {}

//~ coin
