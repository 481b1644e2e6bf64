//! What sockets brought for wallets that are not listened to for the moment.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use super::held::Boxed;
use super::history::History;
use crate::Currency;
use crate::by_currency::ByCurrency;
use crate::inbox::{Life, WalletId};

/// How many wallets are remembered. What is forgotten is delivered again from the daemon's queue.
const WALLETS: usize = 10_000;

/// For a wallet that is removed and added again, and for a listener that is stopped and started: what it had is still in
/// the daemon's queue.
#[derive(Default)]
pub(crate) struct Memory {
    /// In no order: it is looked for when a wallet comes back, and most never do.
    known: Mutex<Vec<(Currency, WalletId, Known)>>,
    turns: Mutex<ByCurrency<Turn>>,
}

/// Whoever has a currency's ledger holds its only permit.
pub(super) type Turn = Arc<Semaphore>;

/// What is known of a wallet.
pub(super) struct Known {
    pub(super) history: History<Boxed>,
    pub(super) life: Life,
    /// At which load of the inbox this began.
    pub(super) loaded: u64,
}

impl Memory {
    pub(super) fn keep(&self, currency: Currency, key: WalletId, known: Known) {
        let mut wallets = lock(&self.known);
        if wallets.len() < WALLETS {
            wallets.push((currency, key, known));
        }
    }

    pub(super) fn take(&self, currency: Currency, key: WalletId) -> Option<Known> {
        let mut wallets = lock(&self.known);
        let place = wallets.iter().position(|(whose, wallet, _)| *wallet == key && *whose == currency)?;
        Some(wallets.swap_remove(place).2)
    }

    pub(super) fn turn(&self, currency: Currency) -> Turn {
        let mut turns = lock(&self.turns);
        Arc::clone(turns.get_or_insert_with(currency, || Arc::new(Semaphore::new(1))))
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
