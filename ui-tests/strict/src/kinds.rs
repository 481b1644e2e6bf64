//! Every kind of handler, registered, and nothing but handlers: so everything is forbidden.

#![forbid(
    dead_code,
    missing_docs,
    missing_copy_implementations,
    missing_debug_implementations,
    non_snake_case,
    unreachable_pub,
    unused,
    warnings
)]
#![forbid(
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::exhaustive_structs,
    clippy::missing_docs_in_private_items
)]

use core::future::ready;
use payments::{on, BoxError, Coin, Decimal, Delivery, Event, Final, PaymentStatus, State};

use crate::Notes;

/// With a text that is borrowed across an `.await`, and everything else.
#[on("new_payment", retries = 5, crate = payments)]
async fn paid(
    event: Event,
    instance: Coin,
    address: &str,
    status: PaymentStatus,
    sent_amount: Option<Decimal>,
    delivery: Delivery,
    notes: State<Notes>,
) -> Result<(), Final> {
    ready(()).await;
    let attempt = delivery.attempt();
    notes.add(&format!("{event} {address} {status:?} {sent_amount:?} {} {attempt}", instance.currency()));
    if address.is_empty() {
        Err(Final::new("no address"))
    } else {
        Ok(())
    }
}

/// Only for some, of which it needs no `Option`.
#[on("new_transaction", currency = ["ETH", "TRX"], daemon = "current", crate = payments)]
async fn token(_event: Event, tx: &str, amount: Decimal, notes: State<Notes>) {
    ready(()).await;
    notes.add(&format!("token {tx} {amount}"));
}

/// For all others.
#[on("new_transaction", crate = payments)]
async fn seen(_event: Event, tx: String, notes: State<Notes>) -> Result<(), BoxError> {
    ready(()).await;
    if tx.is_empty() {
        return Err(Final::new("no hash").into());
    }
    notes.add(&tx);
    Ok(())
}

/// On a thread of its own, for several events.
#[on(["new_block", "verified_tx"], blocking, crate = payments)]
fn grown(event: &str, height: Option<u64>) {
    let _: Option<u64> = height.or_else(|| event.parse().ok());
}
