//! What is known of one wallet.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::super::blocks::{Blocks, Seen};
use super::super::held::Boxed;
use super::super::history::History;
use super::super::memory::Known;
use super::super::rows::Rows;
use super::gathered::{Gathered, Size};
use crate::Coin;
use crate::inbox::Life;
use crate::waits::Waits;

/// How long frames wait for an answer that was asked for, and how long in all.
pub(super) const HOLD: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(60);

pub(super) struct Wallet {
    pub(super) coin: Coin,
    /// Whether it was among those that are listened to when these were read last.
    pub(super) is_listened_to: bool,
    history: History<Boxed>,
    /// Which blocks that has.
    seen: Seen,
    pub(super) life: Life,
    /// Since when its frames are held, until the next answer has come.
    pub(super) holds: Option<Instant>,
    /// How many are.
    pub(super) held: usize,
    /// When the daemon was asked for that answer.
    pub(super) asked: Arc<OnceLock<Instant>>,
    pub(super) asking: Asking,
    /// The daemon has ended since it was asked, and its queue with it.
    pub(super) ended: bool,
    pub(super) retry: Option<Instant>,
    pub(super) waits: Waits,
    /// How many frames found no room since the last answer.
    pub(super) dropped: usize,
    /// What the inbox keeps of its history.
    pub(super) rows: Rows,
    /// What its last frames brought, on its way into the inbox.
    pub(super) gathered: Option<Gathered>,
}

/// Whether `get_updates` is under way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    No,
    Yes,
    /// And once more after it: something found no room.
    Again,
    /// And once more after it: the socket is another one since.
    Outlived,
}

impl Wallet {
    pub(super) fn new(coin: Coin, known: Option<Known>, blocks: &Blocks) -> Self {
        let known = known.map(|known| (known.history, known.life));
        let (mut history, life) = known.unwrap_or_else(|| (History::default(), Life::new()));
        let mut held = 0;
        history.for_each_held(&mut |one| {
            one.give_to(&coin);
            held += 1;
        });
        Self {
            coin,
            is_listened_to: true,
            history,
            seen: blocks.seen(),
            life,
            holds: Some(Instant::now()),
            held,
            asked: Arc::default(),
            asking: Asking::No,
            ended: false,
            retry: None,
            waits: Waits::new(),
            dropped: 0,
            rows: Rows::new(),
            gathered: None,
        }
    }

    /// It has come back as this coin.
    pub(super) fn give_to(&mut self, coin: Coin) {
        self.history.for_each_held(&mut |held| held.give_to(&coin));
        self.coin = coin;
    }

    /// What stays known when it is not listened to any more. What is held waits in the inbox, if that `keeps` it. Otherwise it
    /// goes: if the wallet comes back, it is still to be delivered, from the daemon's queue or an answer that is under way.
    pub(super) fn into_known(mut self, blocks: &Blocks, loaded: u64, keeps: bool) -> Known {
        let history = self.history(blocks);
        if keeps {
            history.for_each_held(&mut |held| held.leave_place());
            history.gap();
        } else {
            history.drop_held();
        }
        Known { history: self.history, life: self.life, loaded }
    }

    /// From now on frames are held. What is held already has waited since then.
    pub(super) fn hold(&mut self) {
        if self.holds.is_none() || self.held == 0 {
            (self.holds, self.asked) = (Some(Instant::now()), Arc::default());
        }
    }

    /// Its history, with all blocks until now.
    pub(super) fn history(&mut self, blocks: &Blocks) -> &mut History<Boxed> {
        self.rows.gap |= blocks.take_up(&mut self.history, &mut self.seen);
        &mut self.history
    }

    /// The next block is not to be in its history from there.
    pub(super) fn skip_next(&mut self, blocks: &Blocks) {
        self.history(blocks);
        self.seen = blocks.seen_with_next();
    }

    /// Has a place for what is delivered with what else arrives now: until something is to be stored after it, or the ledger is
    /// flushed.
    pub(super) fn add_place(&mut self, place: OwnedSemaphorePermit, usual: Size) {
        match &mut self.gathered {
            Some(gathered) => gathered.add_place(place),
            none => *none = Some(Gathered::new(self.coin.clone(), self.life, place, usual)),
        }
    }

    /// Whether what comes next is delivered, and one that nothing has yet was taken with those for what is gathered.
    pub(super) fn has_place(&self) -> bool {
        self.holds.is_none() && self.gathered.as_ref().is_some_and(Gathered::has_place)
    }

    /// For how many more there should be places: where several have arrived, as many again may, and at first as many as usual.
    pub(super) fn places_wanted(&self, usual: Size) -> usize {
        match &self.gathered {
            _ if self.holds.is_some() => 1,
            Some(gathered) => gathered.len(),
            None => usual.updates.max(1),
        }
    }

    /// How many of its updates are not in the inbox yet.
    pub(super) fn waiting(&self) -> usize {
        self.held + self.gathered.as_ref().map_or(0, Gathered::len)
    }

    /// Takes up what was kept of it, with all blocks until now.
    pub(super) fn restore(&mut self, (history, held): (History<Boxed>, usize), blocks: &Blocks) {
        (self.history, self.seen, self.rows, self.held) = (history, blocks.seen(), Rows::new(), held);
    }

    /// What was held goes on, and what comes is not held any more.
    pub(super) fn release(&mut self, blocks: &Blocks) -> Vec<Boxed> {
        // Whether they go on where the last ones ended is not known.
        (self.holds, self.held, self.life) = (None, 0, Life::new());
        self.history(blocks).release()
    }

    /// The call that was under way has ended. What has happened to the daemon and to the socket meanwhile counts from now on;
    /// what is held of a daemon that has ended goes on.
    pub(super) fn call_ended(&mut self, asking: Asking, blocks: &Blocks) -> Vec<Boxed> {
        let mut released = Vec::new();
        if std::mem::take(&mut self.ended) {
            released = self.release(blocks);
            drop(self.history(blocks).forget());
        }
        if asking == Asking::Outlived {
            self.history(blocks).connected();
        }
        released
    }

    /// Whether its frames have waited enough: the daemon keeps its answer, or so many are asked before it that its turn
    /// does not come. While its handler is at work anyway, they lose nothing by waiting.
    pub(super) fn is_overdue(&self, now: Instant, is_idle: impl FnOnce() -> bool) -> bool {
        let Some(since) = self.holds else { return false };
        let asked = self.asked.get().copied().or_else(|| (self.asking == Asking::Outlived).then_some(since));
        asked.is_some_and(|asked| now.duration_since(asked) >= HOLD)
            || (now.duration_since(since) >= LONGEST && is_idle())
    }
}
