//! The thread that has the file: it commits together whatever has come while it was committing.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::blame::Suspects;
use super::explain;
use super::file::{Identity, Lock};
use super::queue::{Command, Queue};
use super::settle::Settled;
use super::store::{Failure, Outcome, Store};
use super::work::{HandedOut, Work};
use crate::inbox::{Chain, Claimed, Verdict};
use crate::told::{quietly, quietly_once};
use crate::{Error, Result};

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
    pub(super) suspects: Suspects,
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
        let (kept, suspects) = (Vec::new(), Suspects::default());
        Self { name, store, lock, queue, commits, kept, again: AGAIN, suspects, trouble: None }
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
                        let store = &mut self.store;
                        quietly_once(|| run(store));
                    }
                    Command::Close(reply) => {
                        self.commit(works);
                        let result = self.finish();
                        // Who closed it may be gone.
                        quietly_once(|| drop(reply.send(result)));
                        return;
                    }
                }
            }
            self.commit(works);
        }
        if let Err(error) = self.finish() {
            quietly(|| tracing::error!("{error}"));
        }
    }

    fn finish(mut self) -> Result<()> {
        self.commit(Vec::new());
        if !self.kept.is_empty() {
            let left = self.kept.len();
            quietly(|| {
                tracing::error!(
                    "inbox {}: events are handled and could not be settled: {left}; they are handled again after the next \
                     start",
                    self.name,
                );
            });
        }
        let done = self.store.finish().map_err(|error| explain::cannot(&self.name, "written", &error));
        // The file first: another consumer finds it whole.
        drop(self.store);
        drop(self.lock);
        done
    }

    fn commit(&mut self, mut works: Vec<Work>) {
        loop {
            let (now, later) = self.suspects.apart(works);
            self.commit_together(now);
            if later.is_empty() {
                return;
            }
            works = later;
        }
    }

    fn commit_together(&mut self, works: Vec<Work>) {
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
                Failure::Ended(culprit, error) => self.suspects.ended(works, culprit, error),
                Failure::Sqlite(error)
                    if explain::is_broken_promise(&error) && works.iter().any(is_effects) =>
                {
                    self.suspects.broke_a_promise(works)
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
            quietly(|| tracing::info!("inbox {}: it can be written again", self.name));
        }
        for (work, outcome) in works.into_iter().zip(outcomes) {
            match &work {
                Work::Effects(id, ..) if matches!(outcome, Outcome::Effects(Ok(()))) => {
                    self.suspects.is_clear(*id);
                }
                Work::Settle(settled) if settled.is_last() => self.suspects.is_clear(settled.id),
                _ => {}
            }
            quietly_once(|| match (work, outcome) {
                (Work::Append(_, done), Outcome::Appended(ids)) => done.call(Ok(ids)),
                (Work::Effects(_, _, reply), Outcome::Effects(result)) => drop(reply.send(result)),
                (Work::Claim { reply, .. }, Outcome::Claimed(claims)) => {
                    let queue = self.queue.clone();
                    let release = move |event: &Claimed| {
                        queue.push(Command::Work(Work::Settle(Settled::new(event, Verdict::Released))));
                    };
                    drop(reply.send(Ok(HandedOut::new(claims, release))));
                }
                _ => {}
            });
        }
    }

    /// Refuses what may not be stored any more, because something before it could not be.
    fn cut_off(&self, works: Vec<Work>) -> Vec<Work> {
        let (cut_off, left) = works.into_iter().partition(is_cut_off);
        let cut_off: Vec<Work> = cut_off;
        for work in cut_off {
            if let Work::Append(_, done) = work {
                let message = format!("the inbox `{}` could not store what came before this", self.name);
                done.call(Err(Error::inbox(message)));
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
                quietly(|| {
                    tracing::error!(
                        "{told}. Until then nothing more is accepted; nothing that was accepted is lost"
                    );
                });
                self.trouble = Some(Trouble { with_appends });
            }
        }
        let mut left = Vec::new();
        for work in works {
            match work {
                Work::Append(_, done) => done.call(Err(told.again())),
                Work::Effects(_, writes, reply) => {
                    quietly_once(|| drop(reply.send(Err(told.again().into()))));
                    quietly_once(|| drop(writes));
                }
                Work::Claim { reply, .. } if all => {
                    quietly_once(|| drop(reply.send(Err(told.again()))));
                }
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
