//! Handlers that count, and know when their event was sent.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bitcart_events::{Event, State, on};
use hdrhistogram::Histogram;

use crate::stand_in;

/// What every handler sees.
pub(crate) struct Load {
    pub(crate) takes: Duration,
    pub(crate) handled: AtomicUsize,
    /// From sending to handling, in microseconds.
    pub(crate) latency: Mutex<Histogram<u64>>,
}

impl Load {
    pub(crate) fn new(takes: Duration) -> Result<Self, hdrhistogram::CreationError> {
        let latency = Mutex::new(Histogram::new_with_max(600_000_000, 2)?);
        Ok(Self { takes, handled: AtomicUsize::new(0), latency })
    }

    async fn handle(&self, name: &str) {
        if let Some(sent) = name.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok()) {
            let micros = stand_in::now().saturating_sub(sent) / 1_000;
            self.latency.lock().unwrap_or_else(PoisonError::into_inner).saturating_record(micros);
        }
        if !self.takes.is_zero() {
            tokio::time::sleep(self.takes).await;
        }
        self.handled.fetch_add(1, Ordering::Relaxed);
    }
}

#[on("new_transaction")]
async fn transaction(_event: Event, tx: &str, load: State<Load>) {
    load.handle(tx).await;
}

#[on("new_payment")]
async fn payment(_event: Event, address: &str, load: State<Load>) {
    load.handle(address).await;
}

#[on("new_block")]
fn block(_event: Event, load: State<Load>) {
    load.handled.fetch_add(1, Ordering::Relaxed);
}
