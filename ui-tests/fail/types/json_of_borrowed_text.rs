#![allow(unused)]

use bitcart_events::field::Json;
use bitcart_events::{Event, on};

#[on("new_transaction")]
fn seen(event: Event, tx: Json<&str>) {}

fn main() {}

//~ Json<&str>
