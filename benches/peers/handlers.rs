//! Handlers that do nothing, with the arguments of those in the programs that they stand beside.

use std::hint::black_box;

use bitcart_events::{Event, on};

use crate::calls::called;

#[on("new_block")]
async fn block(_event: Event, height: u64) {
    black_box(height);
    called();
}

#[on("new_transaction")]
async fn transaction(_event: Event, tx: &str) {
    black_box(tx);
    called();
}

#[on("new_payment")]
async fn payment(_event: Event, address: &str, status: i64, status_str: &str) {
    black_box((address, status, status_str));
    called();
}
