//! What sockets brought for wallets that are not listened to for the moment.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::held::Held;
use super::history::History;
use crate::Currency;
use crate::by_id::ById;
use crate::inbox::{Life, Received, ReceivedId, WalletId};

/// How many wallets and answers are remembered. What is forgotten of a wallet is delivered again from the daemon's queue.
const WALLETS: usize = 10_000;

/// For a wallet that is removed and added again, and for a listener that is stopped and started: what it had is still in
/// the daemon's queue.
#[derive(Default)]
pub(crate) struct Memory {
    known: Mutex<ById<(Currency, WalletId), Known>>,
    /// Answers that came when their wallet was not listened to: the daemon has forgotten what is in them.
    owed: Mutex<BTreeMap<ReceivedId, Received>>,
}

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

    /// Keeps an answer for a wallet, in case that it comes back.
    pub(super) fn owe(&self, id: ReceivedId, answer: Received) {
        let mut owed = lock(&self.owed);
        if owed.len() < WALLETS {
            owed.insert(id, answer);
        }
    }

    /// The answers for a wallet that has come back.
    pub(super) fn owed(&self, currency: Currency, key: WalletId) -> BTreeMap<ReceivedId, Received> {
        let theirs = |answer: &Received| answer.currency == currency && answer.wallet == Some(key);
        lock(&self.owed).extract_if(.., |_, answer| theirs(answer)).collect()
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
