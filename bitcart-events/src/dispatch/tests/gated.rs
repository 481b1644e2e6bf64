//! An inbox that outlives a process, and commits, refuses and tells only when it is told to.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use futures_util::future::{BoxFuture, FutureExt, ready};
use tokio::sync::oneshot;

use crate::inbox::{
    Batch, Claimed, Claims, Committed, DeadLetter, DeadLetters, EventId, Inbox, InboxStats, NewEvent,
    Received, ReceivedId, Remembered, Verdict,
};
use crate::{Error, Result};

/// Of one process. All of them share the same events.
#[derive(Clone)]
pub(super) struct Gated {
    file: Arc<Mutex<File>>,
    process: u64,
    is_shared: bool,
}

#[derive(Default)]
struct File {
    rows: BTreeMap<EventId, Row>,
    last: u64,
    /// What was committed, in its order.
    order: Vec<String>,
    dead: Vec<String>,
    waiting: VecDeque<Command>,
    lags: bool,
    refuses: bool,
    /// Which one has it.
    process: u64,
}

struct Row {
    event: NewEvent,
    attempt: u32,
    failures: u32,
    is_claimed: bool,
    due: Option<SystemTime>,
    has_failed: bool,
}

enum Command {
    Append(Batch, Committed),
    Claim(usize, bool, oneshot::Sender<Result<Claims>>),
    Settle(EventId, u32, Verdict),
}

impl File {
    fn append(&mut self, batch: Batch) -> Result<Vec<Option<EventId>>> {
        if self.refuses {
            return Err(Error::inbox("refused"));
        }
        let mut ids = Vec::new();
        for event in batch.events {
            self.last += 1;
            self.order.push(event.text.to_string());
            let (is_claimed, due) = (batch.claim, None);
            let row = Row { event, attempt: 1, failures: 0, is_claimed, due, has_failed: false };
            self.rows.insert(EventId(self.last), row);
            ids.push(Some(EventId(self.last)));
        }
        Ok(ids)
    }

    fn claim(&mut self, most: usize, held: bool) -> Result<Claims> {
        if self.refuses {
            return Err(Error::inbox("refused"));
        }
        let mut claims = Claims::default();
        for (id, row) in self.rows.iter_mut().filter(|(_, row)| !row.is_claimed) {
            let waits = row.due.is_some() && !(held && row.has_failed);
            if waits || claims.events.len() == most {
                claims.next_due = claims.next_due.into_iter().chain(row.due).min();
                continue;
            }
            row.is_claimed = true;
            let (event, accepted) = (row.event.clone(), SystemTime::now());
            let Row { attempt, failures, due, .. } = *row;
            claims.events.push(Claimed { id: *id, event, attempt, failures, due, accepted });
        }
        Ok(claims)
    }

    fn settle(&mut self, id: EventId, attempt: u32, verdict: Verdict) {
        let row = self.rows.get_mut(&id).expect("it is not handled");
        assert!(row.is_claimed, "{verdict:?} of what nobody has");
        match verdict {
            Verdict::Handled => drop(self.rows.remove(&id)),
            Verdict::Released => row.is_claimed = false,
            Verdict::Postponed { due } => {
                let due = Some(due).filter(|due| *due > SystemTime::now());
                (row.is_claimed, row.attempt, row.due, row.has_failed) = (false, attempt, due, false);
            }
            Verdict::Retry { due, held, .. } => {
                (row.is_claimed, row.due, row.has_failed) = (held, Some(due), true);
                (row.attempt, row.failures) = (attempt + u32::from(!held), row.failures + 1);
            }
            Verdict::Dead { .. } => {
                let row = self.rows.remove(&id).unwrap();
                self.dead.push(row.event.text.to_string());
            }
        }
    }
}

impl Gated {
    pub(super) fn new(is_shared: bool) -> Self {
        Self { file: Arc::default(), process: 0, is_shared }
    }

    fn file(&self) -> MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn lag(&self) {
        self.file().lags = true;
    }

    pub(super) fn refuse(&self, refuses: bool) {
        self.file().refuses = refuses;
    }

    /// Does so many things that wait, in their order.
    pub(super) fn go_on(&self, most: usize) {
        for _ in 0..most {
            let mut file = self.file();
            let Some(command) = file.waiting.pop_front() else { return };
            match command {
                Command::Append(batch, done) => {
                    let stored = file.append(batch);
                    drop(file);
                    done(stored);
                }
                Command::Claim(most, held, reply) => drop(reply.send(file.claim(most, held))),
                Command::Settle(id, attempt, verdict) => file.settle(id, attempt, verdict),
            }
        }
    }

    pub(super) fn catch_up(&self) {
        self.file().lags = false;
        self.go_on(usize::MAX);
    }

    /// Time has passed.
    pub(super) fn is_due(&self) {
        self.file().rows.values_mut().filter(|row| !row.is_claimed).for_each(|row| row.due = None);
    }

    /// Another process has it, and what was not committed is gone.
    pub(super) fn taken_over(&self) -> Self {
        let mut file = self.file();
        file.process += 1;
        let lost = std::mem::take(&mut file.waiting);
        for row in file.rows.values_mut().filter(|row| row.is_claimed) {
            (row.is_claimed, row.attempt) = (false, row.attempt + 1);
        }
        let process = file.process;
        drop(file);
        drop(lost);
        Self { process, ..self.clone() }
    }

    /// Another process has it.
    pub(super) fn is_gone(&self) -> bool {
        self.file().process != self.process
    }

    /// How many events a listener has, by what it has said until now.
    pub(super) fn held(&self) -> usize {
        let file = self.file();
        let ends = file.waiting.iter().filter(|command| match command {
            Command::Settle(_, _, verdict) => !matches!(verdict, Verdict::Retry { held: true, .. }),
            _ => false,
        });
        file.rows.values().filter(|row| row.is_claimed).count() - ends.count()
    }

    pub(super) fn left(&self) -> usize {
        self.file().rows.len()
    }

    /// What was committed, in its order, and what died.
    pub(super) fn all(&self) -> (Vec<String>, Vec<String>) {
        let file = self.file();
        (file.order.clone(), file.dead.clone())
    }

    fn send(&self, command: Command) {
        let mut file = self.file();
        if file.process != self.process {
            drop(file);
            return drop(command);
        }
        file.waiting.push_back(command);
        let lags = file.lags;
        drop(file);
        if !lags {
            self.go_on(usize::MAX);
        }
    }
}

impl std::fmt::Debug for Gated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gated")
    }
}

impl Inbox for Gated {
    fn name(&self) -> String {
        "gated".to_owned()
    }

    fn is_durable(&self) -> bool {
        true
    }

    fn is_shared(&self) -> bool {
        self.is_shared
    }

    fn key(&self) -> [u8; 16] {
        [7; 16]
    }

    fn append(&self, batch: Batch, done: Committed) {
        self.send(Command::Append(batch, done));
    }

    fn claim(&self, most: usize, held: bool) -> BoxFuture<'static, Result<Claims>> {
        assert!(most > 0, "a claim of nothing");
        let (reply, answer) = oneshot::channel();
        self.send(Command::Claim(most, held, reply));
        async move { answer.await.unwrap_or_else(|_| Err(Error::inbox("closed"))) }.boxed()
    }

    fn settle(&self, event: &Claimed, verdict: Verdict) {
        self.send(Command::Settle(event.id, event.attempt, verdict));
    }

    fn received(&self) -> BoxFuture<'static, Result<Vec<(ReceivedId, Received)>>> {
        ready(Ok(Vec::new())).boxed()
    }

    fn recall(&self, _: &str) -> BoxFuture<'static, Result<Remembered>> {
        ready(Ok(Vec::new())).boxed()
    }

    fn stats(&self) -> BoxFuture<'static, Result<InboxStats>> {
        ready(Ok(InboxStats::default())).boxed()
    }

    fn dead_letters(&self, _: DeadLetters, _: usize) -> BoxFuture<'static, Result<Vec<DeadLetter>>> {
        ready(Ok(Vec::new())).boxed()
    }

    fn replay(&self, _: DeadLetters) -> BoxFuture<'static, Result<usize>> {
        ready(Ok(0)).boxed()
    }

    fn discard(&self, _: DeadLetters) -> BoxFuture<'static, Result<usize>> {
        ready(Ok(0)).boxed()
    }

    fn close(&self) -> BoxFuture<'static, Result<()>> {
        self.go_on(usize::MAX);
        ready(Ok(())).boxed()
    }
}
