#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_payment")]
async fn paid(event: String, txid: &str, status: Vec<u8>, address: u64, sent_amount: f64) -> u8 {
    0
}

fn main() {}
