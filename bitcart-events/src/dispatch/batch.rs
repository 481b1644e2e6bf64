//! What was accepted together, and the report of it.

use std::future::poll_fn;
use std::mem::take;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Poll, Waker};

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::{Report, lock};
use crate::{Error, ErrorKind, Result};

/// Updates that were accepted together, for one of those who have to do with them. When the last of these is gone the report is
/// told.
pub(super) struct Batch(Arc<Shared>);

/// What they share with who waits for the report. A channel for that would cost as much as the handler of an event that comes alone.
struct Shared {
    state: Mutex<State>,
    total: usize,
    /// How many have to do with it.
    holders: AtomicUsize,
}

struct State {
    report: Report,
    /// Given back little by little.
    room: OwnedSemaphorePermit,
    /// How many are to be given back, and how many at once.
    left: usize,
    share: usize,
    /// Nobody has to do with it any more.
    is_over: bool,
    /// Who waits for that.
    waiting: Option<Waker>,
}

/// To give places back one by one is dear. So they come back in so many parts, and few of them one by one.
const PARTS: usize = 16;

/// Tells when what was accepted is stored, and what became of it.
pub(crate) struct Ticket {
    /// `None`: it needs no storing.
    stored: Option<oneshot::Receiver<Result<()>>>,
    report: Awaited,
}

enum Awaited {
    /// Nobody said that he would wait for it.
    No,
    Batch(Arc<Shared>),
    /// Nobody had to handle anything.
    Known(Box<Report>),
}

impl Batch {
    /// `report` says what became of some of the `total` updates before any was handled. It is to be had if it is `awaited`.
    pub(super) fn new(
        report: Report,
        total: usize,
        room: OwnedSemaphorePermit,
        awaited: bool,
    ) -> (Self, Ticket) {
        let share = room.num_permits().div_ceil(PARTS);
        let state = Mutex::new(State { report, room, left: 0, share, is_over: false, waiting: None });
        let shared = Arc::new(Shared { state, total, holders: AtomicUsize::new(1) });
        let report = if awaited { Awaited::Batch(Arc::clone(&shared)) } else { Awaited::No };
        (Self(shared), Ticket { stored: None, report })
    }

    /// Writes down what became of an update, and gives its place back, soon.
    pub(super) fn note(&self, note: impl FnOnce(&mut Report)) {
        self.note_all(1, note);
    }

    /// The same of so many that are handled.
    pub(super) fn handled(&self, count: usize) {
        self.note_all(count, |report| report.handled += count);
    }

    fn note_all(&self, count: usize, note: impl FnOnce(&mut Report)) {
        let state = &mut *lock(&self.0.state);
        note(&mut state.report);
        state.left += count;
        if state.left >= state.share {
            state.give_back(state.left);
        }
    }

    /// Gives all its places back.
    pub(super) fn leave_all(&self) {
        lock(&self.0.state).give_back(usize::MAX);
    }
}

impl Clone for Batch {
    fn clone(&self) -> Self {
        self.0.holders.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(&self.0))
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        if self.0.holders.fetch_sub(1, Ordering::AcqRel) > 1 {
            return;
        }
        let mut state = lock(&self.0.state);
        state.give_back(usize::MAX);
        state.is_over = true;
        let waiting = state.waiting.take();
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
    }
}

impl State {
    fn give_back(&mut self, places: usize) {
        let Self { room, left, .. } = self;
        *left = 0;
        drop(room.split(places.min(room.num_permits())));
    }
}

impl Shared {
    /// Waits until it is over; then all of it was dealt with.
    async fn over(&self) -> Result<MutexGuard<'_, State>> {
        poll_fn(|context| {
            let mut state = lock(&self.state);
            if !state.is_over {
                state.waiting = Some(context.waker().clone());
                return Poll::Pending;
            }
            // Otherwise it was given up at shutdown, or never stored.
            Poll::Ready(if state.report.total() < self.total { Err(given_up()) } else { Ok(state) })
        })
        .await
    }

    async fn report(&self) -> Result<Report> {
        Ok(in_order(take(&mut self.over().await?.report)))
    }
}

/// By the places of the updates.
fn in_order(mut report: Report) -> Report {
    let total = report.total();
    if report.handled == total {
        return report;
    }
    let Report { failed, rejected, ignored, repeated, .. } = &mut report;
    arrange(failed, total, |failed| failed.index);
    arrange(rejected, total, |rejected| rejected.index);
    arrange(ignored, total, |ignored| ignored.index);
    arrange(repeated, total, |index| *index);
    report
}

/// What `sort` makes of each of these kinds is larger than all the rest of this. So only their numbers are looked at, and the list
/// is exchanged with them.
fn arrange<T>(list: &mut [T], total: usize, index: fn(&T) -> usize) {
    let mut indices = Vec::with_capacity(list.len());
    for one in &*list {
        indices.push(index(one));
    }
    if !indices.is_sorted() {
        exchange(indices, total, &mut |one, other| list.swap(one, other));
    }
}

/// Brings what has these indices into their order. Each of the updates, which are so many in all, is there once or not at all.
fn exchange(mut indices: Vec<usize>, total: usize, swap: &mut dyn FnMut(usize, usize)) {
    // Where the one of each index stands.
    let mut stands = vec![None; total];
    for (at, index) in indices.iter().enumerate() {
        if let Some(stands) = stands.get_mut(*index) {
            *stands = Some(at);
        }
    }
    let mut next = 0;
    for index in 0..total {
        let Some(at) = stands.get(index).copied().flatten() else { continue };
        swap(next, at);
        indices.swap(next, at);
        // The other one stands there instead.
        if let Some(stands) = indices.get(at).and_then(|other| stands.get_mut(*other)) {
            *stands = Some(at);
        }
        next += 1;
    }
}

impl Ticket {
    /// Of updates that nobody has to handle.
    pub(super) fn done(report: Report) -> Self {
        Self { stored: None, report: Awaited::Known(Box::new(report)) }
    }

    /// The same, of what has to be stored first.
    pub(super) fn stored_by(self, stored: Option<oneshot::Receiver<Result<()>>>) -> Self {
        Self { stored, ..self }
    }

    /// Waits until all of it is stored.
    pub(crate) async fn stored(&mut self) -> Result<()> {
        match self.stored.take() {
            // Whoever should have answered is gone, without having stored it.
            Some(stored) => stored.await.unwrap_or_else(|_| Err(given_up())),
            None => Ok(()),
        }
    }

    /// Waits until every update has been dealt with: handled, or tried once.
    #[cfg(feature = "webhook")]
    pub(crate) async fn dealt_with(mut self) -> Result<()> {
        self.stored().await?;
        match self.report {
            Awaited::Batch(shared) => shared.over().await.map(drop),
            Awaited::Known(_) => Ok(()),
            Awaited::No => Err(given_up()),
        }
    }

    /// The same, and what became of each.
    pub(crate) async fn report(mut self) -> Result<Report> {
        self.stored().await?;
        match self.report {
            Awaited::Batch(shared) => shared.report().await,
            Awaited::Known(report) => Ok(in_order(*report)),
            Awaited::No => Err(given_up()),
        }
    }
}

fn given_up() -> Error {
    Error::new(ErrorKind::Shutdown, "the listener was shut down before every update was handled")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::{Ignored, IgnoredReason};

    #[test]
    fn a_report_is_in_the_order_of_the_updates() {
        let mut random = fastrand::Rng::with_seed(4);
        for total in 0..100 {
            let (mut report, mut all) = (Report::default(), Vec::from_iter(0..total));
            random.shuffle(&mut all);
            for index in all {
                match random.u8(..3) {
                    0 => report.repeated.push(index),
                    1 => report.ignored.push(Ignored { index, reason: IgnoredReason::NoHandler }),
                    _ => report.handled += 1,
                }
            }
            let ignored = report.ignored.len();
            let report = in_order(report);
            assert_eq!((report.total(), report.ignored.len()), (total, ignored));
            assert!(report.repeated.is_sorted());
            assert!(report.ignored.is_sorted_by_key(|ignored| ignored.index));
        }
    }
}
