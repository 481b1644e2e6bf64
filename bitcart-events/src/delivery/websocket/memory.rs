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
    /// In the order of whose they are. In boxes, so that it costs little to make place for one among them.
    known: Mutex<Vec<(Whose, Box<Known>)>>,
    turns: Mutex<ByCurrency<Turn>>,
}

type Whose = (Currency, WalletId);

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
        let (mut wallets, whose, known) = (lock(&self.known), (currency, key), Box::new(known));
        match place(&wallets, whose) {
            // A station that was waited for too long may have kept it too; what was kept last is of the later one.
            Ok(at) => {
                if let Some((_, before)) = wallets.get_mut(at) {
                    *before = known;
                }
            }
            Err(at) if wallets.len() < WALLETS => wallets.insert(at, (whose, known)),
            Err(_) => {}
        }
    }

    pub(super) fn take(&self, currency: Currency, key: WalletId) -> Option<Known> {
        let mut wallets = lock(&self.known);
        let at = place(&wallets, (currency, key)).ok()?;
        Some(*wallets.remove(at).1)
    }

    pub(super) fn turn(&self, currency: Currency) -> Turn {
        let mut turns = lock(&self.turns);
        Arc::clone(turns.get_or_insert_with(currency, || Arc::new(Semaphore::new(1))))
    }
}

/// Where this one is, or belongs.
fn place(wallets: &[(Whose, Box<Known>)], whose: Whose) -> Result<usize, usize> {
    wallets.binary_search_by(|(known, _)| known.cmp(&whose))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two stations of a currency overlap if the first one's daemon keeps an answer.
    #[test]
    fn what_was_kept_last_of_a_wallet_is_known() {
        let memory = Memory::default();
        let known = |loaded| Known { history: History::default(), life: Life::new(), loaded };
        let taken = |currency, id| memory.take(currency, WalletId([id; 16])).map(|known| known.loaded);
        for (currency, id, loaded) in
            [(Currency::Ltc, 2, 1), (Currency::Btc, 2, 2), (Currency::Btc, 1, 3), (Currency::Btc, 2, 4)]
        {
            memory.keep(currency, WalletId([id; 16]), known(loaded));
        }
        assert_eq!(taken(Currency::Btc, 2), Some(4));
        assert_eq!(taken(Currency::Btc, 2), None);
        assert_eq!((taken(Currency::Btc, 1), taken(Currency::Ltc, 2)), (Some(3), Some(1)));
        assert!(lock(&memory.known).is_empty());
    }
}
