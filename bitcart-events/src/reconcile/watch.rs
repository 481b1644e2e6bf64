//! The wallets of one listener: what stands between an event and the inbox, so that what a look has found is never delivered
//! behind the event that says it.

use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::compare::Change;
use super::held::{self, Held};
use super::observe::{is_observed, observed, prefix};
use super::settings::Timing;
use super::state::Known;
use super::wallet::{Round, Verdict, Wallet};
use crate::by_id::ById;
use crate::inbox::{Origin, Remember, WalletId};
use crate::{Coin, Currency, Update};

#[derive(Debug, Default)]
struct Wallets {
    watched: ById<(Currency, WalletId), Watched>,
    /// What is known of them is held here, because no inbox keeps it.
    holds: bool,
    /// So many bytes of it, about.
    held: usize,
}

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
    held: Option<Held>,
}

impl Watched {
    /// What is known of it, if it is held here, with so much of all.
    fn known(&mut self, coin: &Coin, size: &mut usize) -> Option<&Known> {
        let held = self.held.as_mut()?;
        *size -= held.size();
        held.take_up(coin);
        *size += held.size();
        Some(held.known())
    }
}

/// Events are about to be accepted. Others wait until this is dropped: when they are in the inbox. Nobody has to where
/// nothing is compared.
pub(crate) struct Accepting<'a>(Option<MutexGuard<'a, Wallets>>);

/// The wallet that they are of.
pub(crate) struct Watching<'a> {
    watched: Option<(&'a mut Watched, &'a mut usize)>,
    remember: Vec<Remember>,
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
        self.lock().watched.values_mut().for_each(|watched| watched.wallet.broken_off(now));
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

    /// What is known of a wallet, if it is held here.
    pub(super) fn known(&self, coin: &Coin) -> Option<Known> {
        let mut wallets = self.lock();
        let (watched, size) = wallets.at(coin)?;
        watched.known(coin, size).cloned()
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
                let (wallet, held) = (Wallet::new(Instant::now()), self.holds.then(Held::new));
                new.insert(Watched { prefix: prefix(coin)?, wallet, held })
            }
        };
        Some((watched, &mut self.held))
    }

    fn forget(&mut self) {
        for Watched { wallet, held, .. } in self.watched.values_mut() {
            wallet.forget();
            *held = self.holds.then(Held::new);
        }
        self.held = 0;
    }
}

impl Accepting<'_> {
    /// All of them are of this wallet.
    pub(crate) fn at(&mut self, coin: &Coin) -> Watching<'_> {
        let watched = self.0.as_mut().and_then(|wallets| {
            if wallets.held > held::MOST {
                wallets.forget();
            }
            let (watched, size) = wallets.at(coin)?;
            if watched.held.as_ref().is_some_and(Held::is_much) {
                watched.known(coin, size);
            }
            Some((watched, size))
        });
        Watching { watched, remember: Vec::new() }
    }
}

impl Watching<'_> {
    /// Whether this event is to be accepted.
    pub(crate) fn takes(&mut self, update: &Update, origin: Origin) -> bool {
        let Some((Watched { prefix, wallet, held }, size)) = &mut self.watched else { return true };
        if !is_observed(update) {
            return true;
        }
        // Mostly nobody compares at the moment, and what it says can wait.
        let is_unasked = held.is_some() && origin != Origin::Reconciled && wallet.is_unasked();
        let observed = if is_unasked { None } else { observed(update) };
        let verdict = observed.as_ref().map_or(Verdict::New, |(id, state)| wallet.accept(id, state, origin));
        let why = match verdict {
            Verdict::New => {
                if let Some(held) = held {
                    **size += held.say(update);
                } else if let Some((id, state)) = observed {
                    let key = [prefix, &*state.key(id)].concat();
                    self.remember.push(Remember::Put(key, state.value()));
                }
                return true;
            }
            Verdict::Told => "delivered before, from the state of the daemon",
            Verdict::Overtaken => "an event has overtaken what was found by comparing",
        };
        tracing::debug!(currency = %update.currency(), update = crate::field::excerpt(update.raw()), "{why}");
        false
    }

    /// What the inbox is to remember with what was accepted. Of what a look found, what still holds.
    pub(crate) fn remember(&mut self, others: Vec<Remember>) -> Vec<Remember> {
        let mut remember = others;
        let Some((Watched { prefix, wallet, held }, size)) = &mut self.watched else { return remember };
        remember.retain(|remember| wallet.may_record(prefix, remember));
        if let Some(held) = held {
            **size -= held.size();
            remember.drain(..).for_each(|remember| held.remember(prefix, remember));
            **size += held.size();
        }
        remember.append(&mut self.remember);
        remember
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::super::state::LOOKED_AT_HISTORY;
    use super::*;

    /// Each is so long that 2,048 of them are too much.
    fn seen(watch: &Watch, coin: &Coin, transactions: std::ops::Range<usize>) {
        let mut accepting = watch.accepting();
        let mut watching = accepting.at(coin);
        let note = "n".repeat(held::MOST / 2_048);
        for number in transactions {
            let body: Arc<str> =
                format!(r#"{{"event": "new_transaction", "tx": "{number}", "note": "{note}"}}"#).into();
            let update = Update::parse(&body, 0..body.len(), coin).unwrap();
            assert!(watching.takes(&update, Origin::Live));
        }
        assert!(watching.remember(Vec::new()).is_empty(), "no inbox keeps it");
    }

    fn many() -> (Watch, Coin, Coin) {
        let watch = Watch::new(Timing::default(), false, true);
        watch.start();
        (watch, Coin::btc("w"), Coin::ltc("w"))
    }

    /// A part of it would make the rest look new.
    #[tokio::test(start_paused = true)]
    async fn with_too_much_all_that_is_held_is_forgotten() {
        let (watch, one, other) = many();
        seen(&watch, &one, 0..1_000);
        seen(&watch, &other, 0..1_000);
        assert_eq!(watch.known(&one).unwrap().len(), 1_000);
        seen(&watch, &one, 0..7);
        assert_eq!(watch.known(&one).unwrap().len(), 1_000, "the same once more");
        assert!(watch.known(&other).unwrap().has_seen("0"));

        let round = watch.begin(&one).unwrap();
        seen(&watch, &other, 1_000..3_000);
        seen(&watch, &one, 7..8);
        let [known, others] = [&one, &other].map(|coin| watch.known(coin).unwrap());
        assert_eq!((known.len(), others.len()), (1, 0));
        // What a look finds that had begun before is not laid beside it.
        let looked = format!("{}{LOOKED_AT_HISTORY}", prefix(&one).unwrap());
        let nothing = watch.accepting().at(&one).remember(vec![Remember::Put(looked, b"7".to_vec())]);
        assert!(nothing.is_empty());
        watch.end(&one, round, &[]);
        assert_eq!(watch.known(&one).unwrap().settled, None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_said_again_and_again_is_held_once() {
        let (watch, one, other) = many();
        seen(&watch, &other, 0..1);
        for _ in 0..10 {
            seen(&watch, &one, 0..1_000);
            tokio::time::advance(Duration::from_secs(60)).await;
        }
        assert!(watch.known(&other).unwrap().has_seen("0"), "there was never too much");
        assert_eq!(watch.known(&one).unwrap().len(), 1_000);
    }
}
