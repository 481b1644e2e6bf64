//! Handlers that take their arguments in one way each.

use std::hint::black_box;

use bitcart_events::{Decimal, Event, on};

#[on("new_payment", register = false)]
pub(crate) async fn event_only(event: Event) {
    black_box(event);
}

#[on("new_payment", register = false)]
pub(crate) async fn borrowed(_event: Event, address: &str, status_str: &str) {
    black_box((address, status_str));
}

#[on("new_payment", register = false)]
pub(crate) fn plain(_event: Event, address: &str, status_str: &str) {
    black_box((address, status_str));
}

#[on("new_payment", register = false)]
pub(crate) async fn owned(_event: Event, address: String, status_str: String) {
    black_box((&address, &status_str));
}

#[on("new_payment", daemon = "current", register = false)]
pub(crate) async fn decimal(_event: Event, address: &str, sent_amount: Decimal) {
    black_box((address, sent_amount));
}

#[on(["new_payment", "verified_tx"], register = false)]
pub(crate) async fn several(_event: Event, address: Option<&str>, height: Option<u64>) {
    black_box((address, height));
}

#[on("new_transaction", register = false)]
pub(crate) async fn transaction(_event: Event, tx: &str) {
    black_box(tx);
}

#[on("new_block", register = false)]
pub(crate) async fn block(_event: Event, height: u64) {
    black_box(height);
}

#[on("verified_tx", register = false)]
pub(crate) async fn verified(_event: Event, tx: &str) {
    black_box(tx);
}
