//! The wallets of one listener: what stands between an event and the inbox, so that what a look has found is never delivered
//! behind the event that says it.

use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::compare::Change;
use super::key::Keys;
use super::known::Known;
use super::late::Stored;
use super::observe::{observed, prefix};
use super::settings::Timing;
use super::wallet::{Round, Verdict, Wallet};
use crate::by_id::ById;
use crate::inbox::{Origin, Remember, WalletId};
use crate::told::quietly;
use crate::update::Said;
use crate::{Coin, Currency};

#[derive(Debug, Default)]
struct Wallets {
    watched: ById<(Currency, WalletId), Watched>,
    /// What is known of them is held here, because no inbox keeps it.
    holds: bool,
    /// So much of it.
    held: usize,
    /// There was too much of it once.
    told: bool,
}

/// How much is held of all the wallets of a listener. With more all of it is forgotten: who finds a part of what was there would
/// take the rest for new.
const MOST: usize = 16_384;

/// What is known in memory of the wallets that are compared with their daemons.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(crate) timing: Timing,
    /// Without a delivery there is no daemon to compare with, now or, with an inbox that keeps what it knows, later.
    is_on: AtomicBool,
    wallets: Mutex<Wallets>,
}

#[derive(Debug)]
struct Watched {
    prefix: String,
    wallet: Wallet,
    /// What is known of it, if no inbox keeps that.
    known: Option<Known>,
}

/// Events are about to be accepted. Others wait until this is dropped: when they are in the inbox. Nobody has to where
/// nothing is compared.
pub(crate) struct Accepting<'a>(Option<MutexGuard<'a, Wallets>>);

/// The wallet that they are of.
pub(crate) struct Watching<'a> {
    watched: Option<(&'a mut Watched, &'a mut usize)>,
    remember: Vec<Remember>,
    /// Who wants to know whether they are stored, if somebody does.
    stored: Option<Stored>,
}

impl Watch {
    /// Whether what is known is kept when the process ends; and whether it is held here, because the inbox does not want it.
    pub(crate) fn new(timing: Timing, is_kept: bool, holds: bool) -> Self {
        let wallets = Mutex::new(Wallets { holds, ..Wallets::default() });
        Self { timing, is_on: AtomicBool::new(is_kept), wallets }
    }

    /// A delivery begins: what happened before it is not known.
    pub(crate) fn start(&self) {
        self.is_on.store(true, Ordering::Relaxed);
        let now = Instant::now();
        for watched in self.lock().watched.values_mut() {
            watched.wallet.broken_off(now);
        }
    }

    /// Events are about to be accepted.
    pub(crate) fn accepting(&self) -> Accepting<'_> {
        Accepting(self.is_on.load(Ordering::Relaxed).then(|| self.lock()))
    }

    /// Events of this wallet may have been missed.
    pub(crate) fn gap(&self, coin: &Coin) {
        self.with(coin, |wallet| wallet.gap(Instant::now()));
    }

    /// Whether it is time for a look, once the queue of the wallet has been fetched.
    #[cfg(feature = "websocket")]
    pub(crate) fn is_due(&self, coin: &Coin) -> bool {
        self.with(coin, |wallet| wallet.is_due(Instant::now())).unwrap_or_default()
    }

    pub(crate) fn begin(&self, coin: &Coin) -> Option<Round> {
        self.with(coin, |wallet| wallet.begin(Instant::now())).flatten()
    }

    /// What is known of a wallet, if it is held here.
    pub(crate) fn known(&self, coin: &Coin) -> Option<Known> {
        self.lock().at(coin)?.0.known.clone()
    }

    pub(crate) fn believed(&self, coin: &Coin, changes: &mut Vec<Change>, round: Round) -> Vec<Change> {
        self.with(coin, |wallet| wallet.believed(changes, round, &self.timing)).unwrap_or_default()
    }

    pub(crate) fn end(&self, coin: &Coin, round: Round, left: &[Change]) {
        self.with(coin, |wallet| wallet.end(round, Instant::now(), left, &self.timing));
    }

    pub(crate) fn failed(&self, coin: &Coin, round: Round) {
        self.with(coin, |wallet| wallet.failed(round, Instant::now()));
    }

    pub(crate) fn broken_off(&self, coin: &Coin) {
        self.with(coin, |wallet| wallet.broken_off(Instant::now()));
    }

    fn with<T>(&self, coin: &Coin, look: impl FnOnce(&mut Wallet) -> T) -> Option<T> {
        self.lock().at(coin).map(|(watched, _)| look(&mut watched.wallet))
    }

    /// A panic never happens while it is locked.
    fn lock(&self) -> MutexGuard<'_, Wallets> {
        self.wallets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wallets {
    /// A wallet, and how much is held of all of them.
    fn at(&mut self, coin: &Coin) -> Option<(&mut Watched, &mut usize)> {
        let watched = match self.watched.entry((coin.currency(), coin.id()?)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let (wallet, known) = (Wallet::new(Instant::now()), self.holds.then(Known::default));
                new.insert(Watched { prefix: prefix(coin)?, wallet, known })
            }
        };
        Some((watched, &mut self.held))
    }

    fn forget(&mut self) {
        // As much comes again, and of these wallets.
        let each = MOST / self.watched.len().max(1);
        for Watched { wallet, known, .. } in self.watched.values_mut() {
            wallet.forget();
            if let Some(known) = known {
                known.clear(each);
            }
        }
        self.held = 0;
        if !std::mem::replace(&mut self.told, true) {
            quietly(|| {
                tracing::warn!(
                    "more than {MOST} payments and transactions were to be compared with the daemons' state, and are forgotten: \
                     what was missed until the next comparison is not found; an inbox in a file keeps them \
                     (`BITCART_INBOX=events.db`)"
                );
            });
        }
    }
}

impl Accepting<'_> {
    /// All of them are of this wallet.
    pub(crate) fn at(&mut self, coin: &Coin) -> Watching<'_> {
        let watched = self.0.as_mut().and_then(|wallets| wallets.at(coin));
        Watching { watched, remember: Vec::new(), stored: None }
    }
}

impl Drop for Accepting<'_> {
    fn drop(&mut self) {
        if let Some(wallets) = self.0.as_mut().filter(|wallets| wallets.held > MOST) {
            wallets.forget();
        }
    }
}

impl Watching<'_> {
    /// Whether this event is to be accepted.
    pub(crate) fn takes(&mut self, said: Said<'_>, currency: Currency, origin: Origin) -> bool {
        let Self { watched, remember, stored } = self;
        let Some((Watched { prefix, wallet, known }, held)) = watched else { return true };
        let Some((id, state)) = observed(said, currency) else { return true };
        let key = state.key(id);
        let why = match wallet.accept(key, &state, origin, stored) {
            Verdict::New => {
                if let Some(known) = known {
                    **held += usize::from(known.note(key, state));
                } else {
                    let name = [prefix, &*state.name(id)].concat();
                    remember.push(Remember::Put(name, state.value()));
                }
                return true;
            }
            Verdict::Told => "delivered before, from the state of the daemon",
            Verdict::Overtaken => "an event has overtaken what was found by comparing",
        };
        tracing::debug!(%currency, update = crate::field::excerpt(said.raw()), "{why}");
        false
    }

    /// Whoever is to be told whether they are stored, if something depends on it.
    pub(crate) fn stored(&mut self) -> Option<Stored> {
        self.stored.take()
    }

    /// What the inbox is to remember with what was accepted. Of what a look found, what still holds: `kept` are the transactions
    /// that it is not done with.
    pub(crate) fn remember(&mut self, others: Vec<Remember>, kept: Option<&Keys>) -> Vec<Remember> {
        let Some((Watched { prefix, wallet, known }, held)) = &mut self.watched else { return others };
        let before = known.as_ref().map_or(0, Known::len);
        let mut remember = Vec::new();
        for other in others {
            match known {
                _ if !wallet.may_record(prefix, &other) => {}
                Some(known) => known.record(prefix, other),
                None => remember.push(other),
            }
        }
        if let Some(known) = known {
            if let Some(kept) = kept {
                known.keep(|key| kept.contains(key) || wallet.is_touched(key));
            }
            **held = **held - before + known.len();
        }
        remember.append(&mut self.remember);
        remember
    }
}

#[cfg(test)]
mod tests;
