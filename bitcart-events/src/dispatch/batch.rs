//! What was accepted together, and the report of it.

use std::collections::BinaryHeap;
use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::{Report, lock};
use crate::{Error, ErrorKind, Result};

/// Updates that were accepted together. When their last job is gone the report is sent.
pub(super) struct Batch {
    state: Mutex<State>,
    total: usize,
    done: Option<oneshot::Sender<Report>>,
}

struct State {
    report: Report,
    /// Given back little by little.
    room: OwnedSemaphorePermit,
    /// How many are to be given back, and how many at once.
    left: usize,
    share: usize,
}

/// To give places back one by one is dear. So they come back in so many parts, and few of them one by one.
const PARTS: usize = 16;

/// Tells when what was accepted is stored, and what became of it.
pub(crate) struct Ticket {
    /// `None`: it needs no storing.
    stored: Option<oneshot::Receiver<Result<()>>>,
    /// `None`: nobody said that he would wait for it.
    report: Option<oneshot::Receiver<Report>>,
}

impl Batch {
    /// `report` says what became of some of the `total` updates before any was handled. It is to be had if it is `awaited`.
    pub(super) fn new(
        report: Report,
        total: usize,
        room: OwnedSemaphorePermit,
        awaited: bool,
    ) -> (Arc<Self>, Ticket) {
        let (done, receiver) = awaited.then(oneshot::channel).unzip();
        let share = room.num_permits().div_ceil(PARTS);
        let state = Mutex::new(State { report, room, left: 0, share });
        let batch = Self { state, total, done };
        (Arc::new(batch), Ticket { stored: None, report: receiver })
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
        let State { report, room, left, share } = &mut *lock(&self.state);
        note(report);
        *left += count;
        if left >= share {
            drop(room.split(std::mem::take(left).min(room.num_permits())));
        }
    }

    /// Gives all its places back.
    pub(super) fn leave_all(&self) {
        let State { room, .. } = &mut *lock(&self.state);
        let count = room.num_permits();
        drop(room.split(count));
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        let mut report = std::mem::take(&mut lock(&self.state).report);
        if report.total() < self.total {
            // Given up at shutdown, or never stored: whoever waits for the report learns it by the closed channel.
            return;
        }
        report.failed.sort_unstable_by_key(|failed| failed.index);
        report.rejected.sort_unstable_by_key(|rejected| rejected.index);
        report.ignored.sort_unstable_by_key(|ignored| ignored.index);
        if !report.repeated.is_sorted() {
            // What `sort` makes of plain numbers is larger than all the rest of this.
            report.repeated = BinaryHeap::from(report.repeated).into_sorted_vec();
        }
        if let Some(done) = self.done.take() {
            // Nobody has to wait for it.
            let _ = done.send(report);
        }
    }
}

impl Ticket {
    /// Of updates that nobody has to handle.
    pub(super) fn done(report: Report) -> Self {
        let (done, receiver) = oneshot::channel();
        // The receiver is right here.
        let _ = done.send(report);
        Self { stored: None, report: Some(receiver) }
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
    pub(crate) async fn report(mut self) -> Result<Report> {
        self.stored().await?;
        match self.report {
            Some(report) => report.await.map_err(|_| given_up()),
            None => Err(given_up()),
        }
    }
}

fn given_up() -> Error {
    Error::new(ErrorKind::Shutdown, "the listener was shut down before every update was handled")
}
