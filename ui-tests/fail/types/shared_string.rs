#![allow(unused)]

use bitcart_events::{Event, on};

use std::sync::Arc;

#[on("new_transaction")]
fn seen(event: Event, tx: Arc<String>) {}

fn main() {}

//~ Arc<String>
