//! What sockets brought for wallets that are not listened to for the moment.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::held::Held;
use super::history::History;
use crate::Currency;
use crate::by_currency::ByCurrency;
use crate::by_id::ById;
use crate::inbox::{Life, WalletId};

/// How many wallets are remembered. What is forgotten is delivered again from the daemon's queue.
const WALLETS: usize = 10_000;

/// For a wallet that is removed and added again, and for a listener that is stopped and started: what it had is still in
/// the daemon's queue.
#[derive(Default)]
pub(crate) struct Memory {
    known: Mutex<ById<(Currency, WalletId), Known>>,
    turns: Mutex<ByCurrency<Turn>>,
}

/// Whoever has a currency's ledger holds it.
pub(super) type Turn = Arc<tokio::sync::Mutex<()>>;

/// What is known of a wallet.
pub(super) struct Known {
    pub(super) history: History<Box<Held>>,
    pub(super) life: Life,
    /// At which load of the inbox this began.
    pub(super) loaded: u64,
}

impl Memory {
    pub(super) fn keep(&self, currency: Currency, key: WalletId, known: Known) {
        let mut wallets = lock(&self.known);
        if wallets.len() < WALLETS {
            wallets.insert((currency, key), known);
        }
    }

    pub(super) fn take(&self, currency: Currency, key: WalletId) -> Option<Known> {
        lock(&self.known).remove(&(currency, key))
    }

    pub(super) fn turn(&self, currency: Currency) -> Turn {
        Arc::clone(lock(&self.turns).get_or_insert_with(currency, Turn::default))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}
