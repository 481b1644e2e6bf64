//! Between accepting and handling: what fails comes again, what cannot be handled is kept, whatever the inbox is.

#[path = "../support/mod.rs"]
mod support;

mod retries;

use std::sync::Arc;
use std::time::Duration;

use bitcart_events::{Coin, ListenerBuilder};
use support::server::Gate;

/// What makes a test quick: an attempt comes a millisecond after the one that failed.
fn listener(coin: &Coin, gate: Gate) -> (ListenerBuilder, Arc<Gate>) {
    let gate = Arc::new(gate);
    let waits = (Duration::from_millis(1), Duration::from_millis(2));
    (coin.listener().without_registry().retry_waits(waits.0, waits.1).shared_state(Arc::clone(&gate)), gate)
}

fn payment(address: &str) -> String {
    format!(r#"[{{"event": "new_payment", "address": "{address}", "status": 3, "status_str": "Paid"}}]"#)
}
