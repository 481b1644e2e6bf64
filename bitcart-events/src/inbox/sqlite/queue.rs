//! What waits for the writer, in the order of the calls.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::store::Store;
use super::work::Work;
use crate::Result;
use crate::inbox::Batch;
use crate::told::quietly_once;

/// So many batches wait, or so many bytes of them; one more is refused.
pub(super) const BATCHES: usize = 4_096;
pub(super) const BYTES: usize = 64 << 20;
/// What is settled waits so long for something to be committed with.
const LAZY: Duration = Duration::from_millis(10);
/// So many of them do not wait any longer.
const SETTLES: usize = 16_384;

pub(super) enum Command {
    /// Part of the next commit.
    Work(Work),
    /// By itself, between two commits.
    Alone(Alone),
    Close(oneshot::Sender<Result<()>>),
}

/// Whatever reads, or is rare.
pub(super) type Alone = Box<dyn FnOnce(&mut Store) + Send>;

#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    came: Condvar,
}

#[derive(Default)]
struct Waiting {
    commands: VecDeque<Command>,
    batches: usize,
    bytes: usize,
    settles: usize,
    is_urgent: bool,
    /// Since when something waits for company.
    lazy: Option<Instant>,
    is_closed: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it was taken; otherwise whoever waits for it has been told.
    pub(super) fn push(&self, command: Command) -> bool {
        let mut waiting = self.lock();
        if waiting.is_closed {
            return false;
        }
        let was_urgent = waiting.is_urgent;
        match &command {
            Command::Work(Work::Append(batch, _)) => {
                if waiting.batches >= BATCHES || waiting.bytes >= BYTES {
                    drop(waiting);
                    if let Command::Work(Work::Append(_, done)) = command {
                        done.refuse();
                    }
                    return false;
                }
                waiting.batches += 1;
                waiting.bytes += size(batch);
                waiting.is_urgent = true;
            }
            Command::Work(Work::Settle(_)) => {
                waiting.settles += 1;
                waiting.is_urgent |= waiting.settles >= SETTLES;
            }
            Command::Close(_) => (waiting.is_urgent, waiting.is_closed) = (true, true),
            Command::Work(_) | Command::Alone(_) => waiting.is_urgent = true,
        }
        let is_first = waiting.lazy.is_none();
        if is_first {
            waiting.lazy = Some(Instant::now());
        }
        waiting.commands.push_back(command);
        let wake = is_first || waiting.is_urgent && !was_urgent;
        drop(waiting);
        if wake {
            self.came.notify_one();
        }
        true
    }

    /// Nothing more is taken. What is there already is done.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.came.notify_one();
    }

    /// Nothing is done any more, not even what is there.
    pub(super) fn abandon(&self) {
        let mut waiting = self.lock();
        waiting.is_closed = true;
        let left = std::mem::take(&mut waiting.commands);
        drop(waiting);
        left.into_iter().for_each(|command| {
            quietly_once(|| drop(command));
        });
    }

    /// Waits for something to do, or for that time. `None` at the end.
    pub(super) fn take(&self, until: Option<Instant>) -> Option<VecDeque<Command>> {
        let mut waiting = self.lock();
        loop {
            let now = Instant::now();
            let lazy = waiting.lazy.map(|since| since + LAZY);
            let Some(until) = [lazy, until].into_iter().flatten().min() else {
                if waiting.is_closed {
                    return None;
                }
                waiting = self.came.wait(waiting).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            if waiting.is_urgent || waiting.is_closed || until <= now {
                let is_end = waiting.is_closed && waiting.commands.is_empty();
                let Waiting { commands, is_closed, .. } = std::mem::take(&mut *waiting);
                waiting.is_closed = is_closed;
                return (!is_end).then_some(commands);
            }
            let wait = until.saturating_duration_since(now);
            (waiting, _) = self.came.wait_timeout(waiting, wait).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn size(batch: &Batch) -> usize {
    let events = batch.events.iter().map(|event| event.text.len());
    let received = batch.received.iter().map(|(_, received)| received.text.len());
    events.chain(received).sum()
}
