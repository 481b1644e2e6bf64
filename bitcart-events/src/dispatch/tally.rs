//! What became of a job's events, told together where they ended at once.

use std::sync::atomic::Ordering;

use super::lanes::Waiting;
use super::{Batch, Dispatcher};

/// So many are told together at most: who waits for room in the lane is not to wait for all of a large batch.
const TOGETHER: usize = 32;
/// After so many that ended at once everything else has its turn, the end of all this too. Who reads a websocket reads less in its
/// turn, so that it does not outrun who handles that.
const AT_ONCE: usize = 256;

/// What became of one.
pub(super) enum Became {
    /// Its first attempt here ended well. All else is in the report already.
    Handled,
    /// A later one did.
    HandledLater,
    Left,
}

/// Counts them. To tell each by itself to who waits for it or for its place costs as much as to call its handler.
pub(super) struct Tally<'a> {
    dispatcher: &'a Dispatcher,
    waiting: &'a Waiting,
    batch: Option<&'a Batch>,
    ended: usize,
    /// How many of those went well, at last.
    done: usize,
    /// How many at once: they are not in the report yet.
    handled: usize,
}

impl<'a> Tally<'a> {
    pub(super) fn new(dispatcher: &'a Dispatcher, waiting: &'a Waiting, batch: Option<&'a Batch>) -> Self {
        Self { dispatcher, waiting, batch, ended: 0, done: 0, handled: 0 }
    }

    pub(super) fn count(&mut self, became: Became) {
        self.ended += 1;
        // An atomic operation that reads too would cost as much as to call the handler.
        self.waiting.has_ended(self.ended);
        self.done += usize::from(!matches!(became, Became::Left));
        self.handled += usize::from(matches!(became, Became::Handled));
        if self.ended >= TOGETHER {
            self.tell();
        }
    }

    pub(super) fn tell(&mut self) {
        let [ended, done, handled] = [&mut self.ended, &mut self.done, &mut self.handled].map(std::mem::take);
        if let Some(transient) = self.dispatcher.inbox.transient().filter(|_| done > 0) {
            transient.end(done);
        }
        if let Some(batch) = self.batch.filter(|_| handled > 0) {
            batch.handled(handled);
        }
        if ended > 0 {
            self.waiting.ended(ended);
            self.dispatcher.unfinished.fetch_sub(ended, Ordering::Release);
            self.dispatcher.room.freed();
        }
    }
}

/// Also of a job that is broken off.
impl Drop for Tally<'_> {
    fn drop(&mut self) {
        self.tell();
    }
}

/// How many events in a row ended without having waited for anything.
#[derive(Default)]
pub(super) struct AtOnce(usize);

impl AtOnce {
    /// Something was waited for.
    pub(super) fn none(&mut self) {
        self.0 = 0;
    }

    /// One more begins. Whether it is time to let everything else have its turn.
    pub(super) fn is_enough(&mut self) -> bool {
        self.0 += 1;
        self.0 > AT_ONCE
    }
}
