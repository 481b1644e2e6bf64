//! What is due by the clock, with a socket and without one, and at the end.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::Instant;

use super::wallet::{Asking, HOLD, Wallet};
use super::{AWAY, Ledger, TICK};

/// How long an answer waits for its pong.
const PONG: Duration = Duration::from_secs(10);

impl Ledger {
    /// With a socket: asks again what failed, and for blocks that found no room.
    pub(in super::super) fn tick(&mut self, now: Instant) {
        self.release_overdue(now);
        let due = self.those(&|wallet| wallet.retry.is_some_and(|due| due <= now));
        if self.is_established {
            // Before, what is about to be asked for would be asked for twice.
            self.ask_to_compare();
        }
        for key in &due {
            if let Some(wallet) = self.wallets.get_mut(key) {
                // The last answer may have been lost on its way, with what was in it.
                wallet.history(&self.passed).asked_again();
            }
        }
        self.asked_rows(&due);
        self.ask_these(due);
        if self.blocks_missed && self.desk.dispatcher.has_room_for_blocks(self.currency) {
            // They are in every queue; one is enough to get them back, of a wallet that the daemon has.
            let has = self.those(&|wallet| wallet.retry.is_none() && wallet.asking == Asking::No);
            if let Some(key) = has.first() {
                self.blocks_missed = false;
                self.ask(*key);
            }
        }
    }

    /// The daemon is asked how things are when the queue has been fetched.
    fn ask_to_compare(&mut self) {
        let due = self.those(&|wallet| {
            wallet.asking == Asking::No && wallet.retry.is_none() && self.desk.wants_to_compare(&wallet.coin)
        });
        self.ask_these(due);
    }

    /// A daemon that answers no call must not hold up its websocket, nor may an answer without a pong be kept for ever.
    fn release_overdue(&mut self, now: Instant) {
        self.settle(false, &|waiting| now.duration_since(waiting.since) >= PONG);
        let dispatcher = Arc::clone(&self.desk.dispatcher);
        self.release(&|wallet| wallet.is_overdue(now, || dispatcher.is_idle(&wallet.coin)));
        if self.blocks.as_ref().is_some_and(|(since, _)| now.duration_since(*since) >= HOLD) {
            self.release_blocks();
        }
    }

    /// Without a socket: until `work` is done, takes what was still under way, and fetches the queues now and then, so that
    /// a websocket that cannot be had delays events and does not stop them.
    pub(in super::super) async fn meanwhile(&mut self, mut work: BoxFuture<'_, ()>) {
        loop {
            tokio::select! {
                () = work.as_mut() => return,
                fetched = self.fetched() => self.answered_at_once(fetched),
                () = tokio::time::sleep(TICK) => self.tick_away(Instant::now()),
            }
        }
    }

    /// For so long somebody else fetches the queues.
    pub(in super::super) fn leave_queues(&mut self, time: Duration) {
        self.fetch_at = Instant::now() + time + AWAY;
    }

    pub(super) fn tick_away(&mut self, now: Instant) {
        self.release_overdue(now);
        if now < self.fetch_at {
            return;
        }
        self.fetch_at = now + AWAY;
        self.read_wallets();
        let mut asked = Vec::new();
        for (key, wallet) in &mut self.wallets {
            if wallet.asking == Asking::No {
                wallet.history(&self.passed).connected();
                asked.push(*key);
            }
        }
        self.asked_rows(&asked);
        self.ask_all();
    }

    /// Takes what is still under way, and delivers everything.
    pub(in super::super) async fn finish(mut self) {
        self.settle(false, &|_| true);
        loop {
            // The next ledger may begin before the last answer has come: those that wait for none are known to it.
            self.leave_removed();
            self.leave(&|wallet| wallet.asking == Asking::No);
            if self.under_way == 0 {
                break;
            }
            tokio::select! {
                fetched = self.fetched() => self.answered_at_once(fetched),
                // What is here must not be lost with an answer that does not come.
                () = tokio::time::sleep(TICK), if !self.keeps => self.release(&|_| true),
            }
        }
        self.release_blocks();
        self.leave(&|_| true);
    }

    /// Leaves these wallets. What is held for them is delivered, or waits in the inbox for what belongs before it.
    fn leave(&mut self, which: &dyn Fn(&Wallet) -> bool) {
        if !self.keeps {
            self.release(which);
        }
        for key in self.those(which) {
            self.let_go(key);
        }
    }
}
