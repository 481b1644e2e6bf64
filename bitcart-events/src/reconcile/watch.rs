//! The wallets of one listener: what stands between an event and the inbox, so that what a look has found is never delivered
//! behind the event that says it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::compare::Change;
use super::observe::prefix;
use super::settings::Timing;
use super::wallet::{Round, Verdict, Wallet};
use crate::inbox::{Origin, Remember, WalletId};
use crate::{Coin, Currency, Update};

type Wallets = HashMap<(Currency, WalletId), Watched>;

/// What is known in memory of the wallets that are compared with their daemons.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(super) timing: Timing,
    /// Without a delivery there is no daemon to compare with, now or, with an inbox that keeps what it knows, later.
    is_on: AtomicBool,
    wallets: Mutex<Wallets>,
}

#[derive(Debug)]
struct Watched {
    prefix: String,
    wallet: Wallet,
}

/// Events are about to be accepted. Others wait until this is dropped: when they are in the inbox. Nobody has to where
/// nothing is compared.
pub(crate) struct Accepting<'a>(Option<MutexGuard<'a, Wallets>>);

/// The wallet that they are of.
pub(crate) struct Watching<'a> {
    watched: Option<&'a mut Watched>,
    remember: Vec<Remember>,
}

impl Watch {
    pub(crate) fn new(timing: Timing, is_kept: bool) -> Self {
        Self { timing, is_on: AtomicBool::new(is_kept), ..Self::default() }
    }

    /// A delivery begins: what happened before it is not known.
    pub(crate) fn start(&self) {
        self.is_on.store(true, Ordering::Relaxed);
        let now = Instant::now();
        self.lock().values_mut().for_each(|watched| watched.wallet.broken_off(now));
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

    pub(super) fn begin(&self, coin: &Coin) -> Option<Round> {
        self.with(coin, |wallet| wallet.begin(Instant::now())).flatten()
    }

    pub(super) fn believed(&self, coin: &Coin, changes: &[Change], round: Round) -> Vec<Change> {
        self.with(coin, |wallet| wallet.believed(changes, round, &self.timing)).unwrap_or_default()
    }

    pub(super) fn end(&self, coin: &Coin, round: Round, left: &[Change]) {
        self.with(coin, |wallet| wallet.end(round, Instant::now(), left, &self.timing));
    }

    pub(super) fn failed(&self, coin: &Coin, round: Round) {
        self.with(coin, |wallet| wallet.failed(round, Instant::now()));
    }

    pub(super) fn broken_off(&self, coin: &Coin) {
        self.with(coin, |wallet| wallet.broken_off(Instant::now()));
    }

    fn with<T>(&self, coin: &Coin, look: impl FnOnce(&mut Wallet) -> T) -> Option<T> {
        watched(&mut self.lock(), coin).map(|watched| look(&mut watched.wallet))
    }

    /// A panic never happens while it is locked.
    fn lock(&self) -> MutexGuard<'_, Wallets> {
        self.wallets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn watched<'w>(wallets: &'w mut Wallets, coin: &Coin) -> Option<&'w mut Watched> {
    match wallets.entry((coin.currency(), coin.id()?)) {
        Entry::Occupied(known) => Some(known.into_mut()),
        Entry::Vacant(new) => {
            Some(new.insert(Watched { prefix: prefix(coin)?, wallet: Wallet::new(Instant::now()) }))
        }
    }
}

impl Accepting<'_> {
    /// All of them are of this wallet.
    pub(crate) fn at(&mut self, coin: &Coin) -> Watching<'_> {
        let watched = self.0.as_mut().and_then(|wallets| watched(wallets, coin));
        Watching { watched, remember: Vec::new() }
    }
}

impl Watching<'_> {
    /// Whether this event is to be accepted.
    pub(crate) fn takes(&mut self, update: &Update, origin: Origin) -> bool {
        let Some(Watched { prefix, wallet }) = &mut self.watched else { return true };
        let (verdict, remember) = wallet.take(prefix, update, origin);
        self.remember.extend(remember);
        let why = match verdict {
            Verdict::New => return true,
            Verdict::Told => "delivered before, from the state of the daemon",
            Verdict::Overtaken => "an event has overtaken what was found by comparing",
        };
        tracing::debug!(currency = %update.currency(), update = crate::field::excerpt(update.raw()), "{why}");
        false
    }

    /// What is to be remembered with what was accepted. Of what a look found, what still holds.
    pub(crate) fn remember(&mut self, others: Vec<Remember>) -> Vec<Remember> {
        let mut remember = others;
        if let Some(Watched { prefix, wallet }) = &self.watched {
            remember.retain(|remember| wallet.may_record(prefix, remember));
        }
        remember.append(&mut self.remember);
        remember
    }
}
