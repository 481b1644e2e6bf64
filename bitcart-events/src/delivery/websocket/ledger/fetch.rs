//! Fetching what waits at the daemon, and merging it with what the socket brought.

use std::sync::Arc;

use futures_util::FutureExt;
use tokio::time::Instant;

use super::super::history::{Merged, Next};
use super::Ledger;
use super::gathered::Delivery;
use super::wallet::Asking;
use crate::delivery::desk::Answer;
use crate::dispatch::{Few, Incoming};
use crate::inbox::{Life, Origin, Received, ReceivedId, WalletId};
use crate::waits::Waits;
use crate::{Coin, Result};

/// An answer, and the ping that was sent after it.
pub(super) struct Waiting {
    pub(super) key: WalletId,
    answer: Answer,
    ping: u64,
    pub(super) since: Instant,
}

/// Which answer it is.
#[derive(Clone, Copy)]
pub(super) enum Which {
    /// That of the call that has ended now. `live` says that every frame that was sent before it is here.
    Last { live: bool },
    /// One from before, that found its wallet or its process gone. Another one is to come.
    Earlier,
}

/// What a call of `get_updates` came to; nothing if it was not made.
pub(crate) struct Fetched {
    pub(super) coin: Coin,
    pub(super) answer: Result<Option<Answer>>,
}

impl Ledger {
    pub(super) fn ask_all(&mut self) {
        self.ask_these(self.those(&|_| true));
    }

    pub(super) fn ask_these(&mut self, keys: Vec<WalletId>) {
        for key in keys {
            self.ask(key);
        }
    }

    /// Fetches what waits for a wallet, once more if that is under way.
    pub(super) fn ask(&mut self, key: WalletId) {
        let Some(wallet) = self.wallets.get_mut(&key) else { return };
        match wallet.asking {
            Asking::No => {}
            Asking::Yes => return wallet.asking = Asking::Again,
            Asking::Again | Asking::Outlived => return,
        }
        (wallet.asking, wallet.retry) = (Asking::Yes, None);
        if self.under_way == 0 {
            // None of them is on its way any more.
            self.reread.clear();
        }
        self.under_way += 1;
        let (desk, coin) = (Arc::clone(&self.desk), wallet.coin.clone());
        let (arrivals, stop, asked) =
            (Arc::clone(&self.arrivals), self.orders.stop.clone(), Arc::clone(&wallet.asked));
        let written = self.keeps.then(|| self.chain.clone());
        let fetch = async move {
            let dispatcher = Arc::clone(&desk.dispatcher);
            // That it is asked is written first, so that an answer is never laid on a history that does not know.
            let asks = async move {
                // The first one counts: it is what is waited for.
                let _ = asked.set(Instant::now());
                let Some(chain) = written else { return true };
                dispatcher
                    .remember(Vec::new(), Vec::new(), Some(chain))
                    .await
                    .is_ok_and(|stored| stored.is_ok())
            };
            let answer = desk.fetch(&coin, &stop, asks.boxed()).await;
            // The ledger takes what is under way before it goes.
            arrivals.put(Fetched { coin, answer });
        };
        self.orders.spawn(fetch.boxed());
    }

    /// The next answer that arrives.
    pub(in super::super) async fn fetched(&self) -> Fetched {
        self.arrivals.next().await
    }

    /// An answer has arrived. Whether a ping of this number is to be sent, to know which frames were sent before it.
    pub(in super::super) fn answered(&mut self, Fetched { coin, answer }: Fetched, ping: u64) -> bool {
        self.under_way -= 1;
        let Some(key) = coin.id() else { return false };
        match answer {
            // It was stored, and has been read from there.
            Ok(Some(Answer { received: Some(id), .. })) if self.was_reread(id) => {
                self.give_up(key, Some(Instant::now()));
            }
            Ok(Some(answer)) if answer.parcel.updates.is_empty() => {
                self.merge(key, answer, Which::Last { live: false });
            }
            Ok(Some(answer)) => {
                self.answers.push(Waiting { key, answer, ping, since: Instant::now() });
                return true;
            }
            Ok(None) => self.give_up(key, None),
            Err(error) => {
                self.desk.tell_trouble(coin.client(), coin.wallet_shown(), &error);
                self.give_up(key, Some(Instant::now()));
            }
        }
        false
    }

    /// Whether it was read from the inbox, under this number.
    fn was_reread(&mut self, id: ReceivedId) -> bool {
        let at = self.reread.iter().position(|reread| *reread == id);
        at.map(|at| self.reread.swap_remove(at)).is_some()
    }

    /// An answer has arrived, and no pong is waited for: there is no socket.
    pub(super) fn answered_at_once(&mut self, fetched: Fetched) {
        self.answered(fetched, 0);
        self.settle(false, &|_| true);
    }

    /// There will be no answer for now. What is held waits for the next attempt, as long as it may.
    fn give_up(&mut self, key: WalletId, failed: Option<Instant>) {
        let Some(wallet) = self.wallets.get_mut(&key) else {
            self.take_left(key);
            return;
        };
        let asking = std::mem::replace(&mut wallet.asking, Asking::No);
        wallet.retry = failed.map(|now| now + wallet.waits.next());
        let released = wallet.call_ended(asking, &self.passed);
        if !released.is_empty() {
            self.deliver_held(key, released);
        }
    }

    /// A pong has arrived: everything that the daemon sent before it is here.
    pub(in super::super) fn ponged(&mut self, ping: u64) {
        self.settle(true, &|waiting| waiting.ping <= ping);
    }

    /// Merges the answers that have waited enough.
    pub(super) fn settle(&mut self, live: bool, enough: &dyn Fn(&Waiting) -> bool) {
        while self.answers.first().is_some_and(enough) {
            let Waiting { key, answer, .. } = self.answers.remove(0);
            self.merge(key, answer, Which::Last { live });
        }
    }

    pub(super) fn merge(
        &mut self,
        key: WalletId,
        Answer { text, parcel, place, received }: Answer,
        which: Which,
    ) {
        let is_empty = parcel.updates.is_empty();
        let Ok((coin, updates)) = self.desk.dispatcher.read(&self.desk.source, &text, parcel) else {
            // A wallet that was removed meanwhile gets nothing any more, unless it comes back. What came for it until now is to be
            // laid on this answer then, before the next one is asked for.
            if !is_empty {
                let answer = Received { currency: self.currency, wallet: Some(key), text: text.into() };
                self.desk.dispatcher.leave(received, answer);
            }
            self.was_removed(key);
            if let Which::Last { .. } = which {
                self.take_left(key);
            }
            return;
        };
        self.meet(&coin);
        let Some(wallet) = self.wallets.get_mut(&key) else { return };
        let (mut marks, mut missed) = (Vec::new(), Vec::new());
        for update in updates.each() {
            marks.push(self.marker.mark_read(update.first()));
            missed.push(Some(update));
        }
        let ended = match which {
            Which::Last { live } => Some((std::mem::replace(&mut wallet.asking, Asking::No), live)),
            Which::Earlier => None,
        };
        let again = ended.is_none_or(|(asking, _)| matches!(asking, Asking::Again | Asking::Outlived));
        // One that was asked before this connection may have been answered before it, too.
        let live = ended.is_some_and(|(asking, live)| live && asking != Asking::Outlived);
        let Merged { next, begins } = wallet.history(&self.passed).merge(&marks, live, again);
        let old = wallet.life;
        if begins.is_some() {
            wallet.life = Life::new();
        }
        let begins = begins.unwrap_or(next.len());
        let (mut place, mut fetched) = (place, 0_usize);
        let (mut updates, mut taken) = (Few::default(), Vec::from_iter(received));
        for (nth, next) in next.into_iter().enumerate() {
            let life = if nth < begins { old } else { wallet.life };
            match next {
                Next::Held(held) => {
                    wallet.held = wallet.held.saturating_sub(1);
                    place.merge(held.place);
                    taken.extend(held.received);
                    updates.push(Incoming::new(held.update, Origin::Live, life));
                }
                Next::Missed(index) => {
                    fetched += 1;
                    if let Some(update) = missed.get_mut(index).and_then(Option::take) {
                        updates.push(Incoming::new(update, Origin::Drained, life));
                    }
                }
            }
        }
        let dropped = std::mem::take(&mut wallet.dropped);
        if fetched > 0 || dropped > 0 {
            let dropped = (dropped > 0).then_some(dropped);
            tracing::info!(
                currency = %self.currency, wallet = coin.wallet_shown(), without_room = dropped,
                "events were waiting at the daemon and are delivered now: {fetched}",
            );
        }
        let mut released = Vec::new();
        if let Some((asking, _)) = ended {
            (wallet.holds, wallet.asked, wallet.waits) =
                (again.then(Instant::now), Arc::default(), Waits::new());
            released = wallet.call_ended(asking, &self.passed);
        }
        let remember = self.whole(key);
        self.put(Delivery { coin: coin.clone(), updates, taken, remember, place });
        if !released.is_empty() {
            self.deliver_held(key, released);
        }
        if ended.is_none() {
            return;
        }
        if again {
            self.ask(key);
        } else {
            self.desk.compare(&coin, &self.orders);
        }
        self.release_blocks();
    }
}
