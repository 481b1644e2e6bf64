#![allow(unused)]

use bitcart_events::{Event, State, on};

trait Bank {}

#[on("new_payment")]
async fn paid(event: Event, bank: State<Box<dyn Bank>>) {}

fn main() {}

//~ State<Box<dyn Bank>>
