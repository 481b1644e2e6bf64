#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_payment")]
async fn paid(event: String, txid: &str, status: Vec<u8>, address: u64, sent_amount: f64) -> u8 {
    0
}

fn main() {}

//~ String
//~ txid
//~ f64
//~ Vec<u8>
//~ u64
//~ u8
