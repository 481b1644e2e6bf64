//! The thread that has the file: it commits together whatever has come while it was committing.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::ErrorCode;

use super::explain;
use super::file::{Identity, Lock};
use super::queue::{Command, Queue, Work};
use super::settle::Settled;
use super::store::{Failure, Outcome, Store};
use crate::Result;
use crate::inbox::{Chain, trouble};

/// What is settled and cannot be committed is tried again after so long, and then after longer.
const AGAIN: Duration = Duration::from_millis(100);
const AGAIN_AT_MOST: Duration = Duration::from_secs(5);

pub(super) struct Writer {
    pub(super) name: Arc<str>,
    pub(super) store: Store,
    pub(super) lock: Option<Lock>,
    pub(super) queue: Arc<Queue>,
    pub(super) commits: Arc<AtomicU64>,
    /// Settled, and not committed.
    pub(super) kept: Vec<Settled>,
    pub(super) again: Duration,
    pub(super) trouble: Option<Trouble>,
}

/// That it cannot be written has been said.
pub(super) struct Trouble {
    /// Deleting may be possible where adding is not.
    with_appends: bool,
}

/// However the thread ends, nobody waits for it.
struct End(Arc<Queue>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

impl Writer {
    pub(super) fn new(
        name: Arc<str>,
        store: Store,
        lock: Option<Lock>,
        queue: Arc<Queue>,
        commits: Arc<AtomicU64>,
    ) -> Self {
        Self { name, store, lock, queue, commits, kept: Vec::new(), again: AGAIN, trouble: None }
    }

    pub(super) fn run(mut self) {
        let _end = End(self.queue.clone());
        loop {
            let until = (!self.kept.is_empty()).then(|| Instant::now() + self.again);
            let Some(commands) = self.queue.take(until) else { break };
            let mut works = Vec::with_capacity(commands.len());
            for command in commands {
                match command {
                    Command::Work(work) => works.push(work),
                    Command::Alone(run) => {
                        self.commit(std::mem::take(&mut works));
                        run(&mut self.store);
                    }
                    Command::Close(reply) => {
                        self.commit(works);
                        let result = self.finish();
                        // Who closed it may be gone.
                        let _ = reply.send(result);
                        return;
                    }
                }
            }
            self.commit(works);
        }
        if let Err(error) = self.finish() {
            tracing::error!("{error}");
        }
    }

    fn finish(mut self) -> Result<()> {
        self.commit(Vec::new());
        if !self.kept.is_empty() {
            let left = self.kept.len();
            tracing::error!(
                "inbox {}: {left} events are handled and could not be settled; they are handled again after the next start",
                self.name,
            );
        }
        let done = self.store.finish().map_err(|error| explain::cannot(&self.name, "written", &error));
        // The file first: another consumer finds it whole.
        drop(self.store);
        drop(self.lock);
        done
    }

    fn commit(&mut self, works: Vec<Work>) {
        let kept = std::mem::take(&mut self.kept).into_iter().map(Work::Settle);
        let mut works: Vec<Work> = kept.chain(works).collect();
        while !works.is_empty() {
            if works.iter().any(is_cut_off) {
                works = self.cut_off(works);
                continue;
            }
            if works.iter().any(adds) && self.store.place.as_ref().is_some_and(Identity::is_gone) {
                // It would be in a file that nobody finds any more. What is there already can still be handled.
                works = self.refuse(works, &explain::moved(), false);
                continue;
            }
            let failure = match self.store.attempt(&mut works) {
                Ok(outcomes) => return self.committed(works, outcomes),
                Err(failure) => failure,
            };
            works = match failure {
                Failure::Broken(number) => without_effects(works, number),
                Failure::Sqlite(error) if is_broken_promise(&error) && works.iter().any(is_effects) => {
                    let last = works.iter().rposition(is_effects).unwrap_or_default();
                    without_effects(works, last)
                }
                Failure::Sqlite(error) => self.refuse(works, &error, false),
                Failure::Begin(error) => self.refuse(works, &error, true),
            };
        }
    }

    fn committed(&mut self, works: Vec<Work>, outcomes: Vec<Outcome>) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.again = AGAIN;
        let has_appends = works.iter().any(|work| matches!(work, Work::Append(..)));
        if self.trouble.take_if(|trouble| has_appends || !trouble.with_appends).is_some() {
            tracing::info!("inbox {}: it can be written again", self.name);
        }
        for (work, outcome) in works.into_iter().zip(outcomes) {
            match (work, outcome) {
                (Work::Append(_, done), Outcome::Appended(ids)) => done.call(Ok(ids)),
                (Work::Effects(_, _, reply), Outcome::Effects(result)) => drop(reply.send(result)),
                (Work::Claim { reply, .. }, Outcome::Claimed(claims)) => drop(reply.send(Ok(claims))),
                _ => {}
            }
        }
    }

    /// Refuses what may not be stored any more, because something before it could not be.
    fn cut_off(&self, works: Vec<Work>) -> Vec<Work> {
        let (cut_off, left) = works.into_iter().partition(is_cut_off);
        let cut_off: Vec<Work> = cut_off;
        for work in cut_off {
            if let Work::Append(_, done) = work {
                let message = format!("the inbox `{}` could not store what came before this", self.name);
                done.call(Err(trouble(message)));
            }
        }
        left
    }

    /// Says that nothing of it happened; what is left can be tried by itself. What is settled makes room on a full disk.
    fn refuse(&mut self, works: Vec<Work>, error: &rusqlite::Error, all: bool) -> Vec<Work> {
        let told = explain::cannot(&self.name, "written", error);
        let with_appends = works.iter().any(|work| matches!(work, Work::Append(..)));
        let all = all || !works.iter().any(adds);
        match &mut self.trouble {
            Some(trouble) => trouble.with_appends |= with_appends,
            None => {
                tracing::error!(
                    "{told}. Until then nothing more is accepted; nothing that was accepted is lost"
                );
                self.trouble = Some(Trouble { with_appends });
            }
        }
        let mut left = Vec::new();
        for work in works {
            match work {
                Work::Append(_, done) => done.call(Err(told.again())),
                Work::Effects(_, _, reply) => drop(reply.send(Err(told.to_string().into()))),
                Work::Claim { reply, .. } if all => drop(reply.send(Err(told.again()))),
                Work::Settle(settled) if all => self.kept.push(settled),
                Work::Claim { .. } | Work::Settle(_) => left.push(work),
            }
        }
        if all {
            self.again = (self.again * 2).min(AGAIN_AT_MOST);
            // Only the last word on an event counts.
            let mut known = HashSet::new();
            let mut last: Vec<Settled> = std::mem::take(&mut self.kept)
                .into_iter()
                .rev()
                .filter(|kept| known.insert(kept.id))
                .collect();
            last.reverse();
            self.kept = last;
        }
        left
    }
}

fn is_cut_off(work: &Work) -> bool {
    matches!(work, Work::Append(batch, _) if batch.chain.as_ref().is_some_and(Chain::is_broken))
}

fn adds(work: &Work) -> bool {
    matches!(work, Work::Append(..) | Work::Effects(..))
}

fn is_effects(work: &Work) -> bool {
    matches!(work, Work::Effects(..))
}

/// A foreign key that was to be there in the end: SQLite looks at it only when it commits.
fn is_broken_promise(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}

/// Those up to that one have run, and cannot run again.
fn without_effects(works: Vec<Work>, broken: usize) -> Vec<Work> {
    let mut left = Vec::with_capacity(works.len());
    for (number, work) in works.into_iter().enumerate() {
        match work {
            Work::Effects(_, _, reply) if number <= broken => {
                let why = if number == broken {
                    "an `InboxTx` ended the transaction, or left it with a foreign key that leads nowhere (`ON CONFLICT \
                     ROLLBACK` and `RAISE(ROLLBACK)` end it): nothing was written"
                } else {
                    "the `InboxTx` of another event ended the transaction that this one was in: nothing was written"
                };
                let _ = reply.send(Err(why.into()));
            }
            work => left.push(work),
        }
    }
    left
}
