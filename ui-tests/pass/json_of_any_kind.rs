//! What serde reads comes as `Json<T>`, of every kind of field.

use bitcart_events::field::Json;
use bitcart_events::{Event, on};
use std::collections::BTreeSet;

#[on("new_payment")]
fn paid(
    _event: Event,
    address: Json<String>,
    status: Json<u8>,
    tx_hashes: Option<Json<BTreeSet<String>>>,
    sent_amount: Option<Json<Box<str>>>,
) {
    println!("{} {} {tx_hashes:?} {sent_amount:?}", *address, *status);
}

#[on("new_block")]
fn block(_event: Event, height: Json<u64>) {
    println!("{}", height.0);
}

fn main() {}
