//! An inbox that outlives a process, commits when it is told to, and refuses when it is told to.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use futures_util::future::{BoxFuture, FutureExt, pending, ready};

use crate::inbox::{
    Batch, Claimed, Claims, Committed, DeadLetter, DeadLetters, EventId, Fact, Inbox, InboxStats, Received,
    ReceivedId, Remember, Remembered, Verdict,
};
use crate::{Error, Result};

/// Clones are the same one, in the hands of the same process.
#[derive(Clone, Default)]
pub(super) struct Shelf {
    state: Arc<Mutex<State>>,
    process: u64,
}

#[derive(Default)]
struct State {
    /// Each with whether somebody has it.
    events: BTreeMap<EventId, (Claimed, bool)>,
    last: u64,
    received: BTreeMap<ReceivedId, Received>,
    memory: BTreeMap<String, Vec<u8>>,
    facts: HashSet<Fact>,
    waiting: VecDeque<(Batch, Committed)>,
    lags: bool,
    refuses: bool,
    /// The one that has it now. The tasks of one that was killed go on here, and do nothing to it any more.
    process: u64,
}

impl State {
    fn store(&mut self, batch: Batch) -> Result<Vec<Option<EventId>>> {
        if self.refuses || batch.chain.as_ref().is_some_and(crate::inbox::Chain::is_broken) {
            return Err(Error::inbox("refused"));
        }
        let mut ids = Vec::new();
        for event in batch.events {
            assert_eq!(event.dead, None);
            if event.fact.as_ref().is_some_and(|fact| !self.facts.insert(fact.clone())) {
                ids.push(None);
                continue;
            }
            self.last += 1;
            let id = EventId(self.last);
            self.events.insert(id, (Claimed::appended(id, event), batch.claim));
            ids.push(Some(id));
        }
        self.received.extend(batch.received);
        batch.taken.iter().for_each(|id| drop(self.received.remove(id)));
        for remember in batch.remember {
            match remember {
                Remember::Put(key, value) => drop(self.memory.insert(key, value)),
                Remember::Forget(prefix) => self.memory.retain(|key, _| !key.starts_with(&prefix)),
                Remember::Remove(key) => drop(self.memory.remove(&key)),
            }
        }
        Ok(ids)
    }
}

impl Shelf {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is appended from now on is not committed before somebody needs it.
    pub(super) fn lag(&self) {
        self.state().lags = true;
    }

    /// Commits what waits, each by itself, as it tells each before the next.
    pub(super) fn catch_up(&self) {
        self.state().lags = false;
        loop {
            let mut state = self.state();
            let Some((batch, done)) = state.waiting.pop_front() else { return };
            let stored = state.store(batch);
            drop(state);
            done(stored);
        }
    }

    pub(super) fn refuse(&self, refuses: bool) {
        self.state().refuses = refuses;
    }

    /// The state, for a process that is not gone.
    fn mine(&self) -> Option<MutexGuard<'_, State>> {
        Some(self.state()).filter(|state| state.process == self.process)
    }

    /// The process that had it is gone, with what was not committed. Now it is in the hands of the next one.
    pub(super) fn abandon(&mut self) {
        self.process += 1;
        let mut state = self.state();
        state.process = self.process;
        let waiting = std::mem::take(&mut state.waiting);
        for (claimed, is_claimed) in state.events.values_mut() {
            (claimed.due, *is_claimed) = (None, false);
        }
        drop(state);
        drop(waiting);
    }

    /// How many events are not handled, and how many texts are left.
    pub(super) fn left(&self) -> (usize, usize) {
        let state = self.state();
        (state.events.len(), state.received.len())
    }
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shelf")
    }
}

impl Inbox for Shelf {
    fn name(&self) -> String {
        "shelf".to_owned()
    }

    fn is_durable(&self) -> bool {
        true
    }

    fn key(&self) -> [u8; 16] {
        [7; 16]
    }

    fn append(&self, batch: Batch, done: Committed) {
        let Some(mut state) = self.mine() else { return };
        state.waiting.push_back((batch, done));
        let lags = state.lags;
        drop(state);
        if !lags {
            self.catch_up();
        }
    }

    fn claim(&self, most: usize, _held: bool) -> BoxFuture<'static, Result<Claims>> {
        if self.mine().is_none() {
            return pending().boxed();
        }
        self.catch_up();
        let (mut state, now) = (self.state(), SystemTime::now());
        let mut claims = Claims::default();
        for (claimed, is_claimed) in state.events.values_mut().filter(|(_, is_claimed)| !is_claimed) {
            if let Some(due) = claimed.due.filter(|due| now < *due) {
                claims.next_due = Some(claims.next_due.map_or(due, |next| next.min(due)));
            } else if claims.events.len() < most {
                (claimed.due, *is_claimed) = (None, true);
                claims.events.push(claimed.clone());
            }
        }
        ready(Ok(claims)).boxed()
    }

    fn settle(&self, event: &Claimed, verdict: Verdict) {
        let Some(mut state) = self.mine() else { return };
        match (verdict, state.events.get_mut(&event.id)) {
            (Verdict::Handled, _) => drop(state.events.remove(&event.id)),
            (Verdict::Released, Some((_, is_claimed))) => *is_claimed = false,
            (Verdict::Postponed { due }, Some((claimed, is_claimed))) => {
                (claimed.due, *is_claimed) = (Some(due), false);
            }
            other => panic!("no handler fails here: {other:?}"),
        }
    }

    fn received(&self) -> BoxFuture<'static, Result<Vec<(ReceivedId, Received)>>> {
        self.catch_up();
        let received = self.state().received.iter().map(|(id, text)| (*id, text.clone())).collect();
        ready(Ok(received)).boxed()
    }

    fn recall(&self, prefix: &str) -> BoxFuture<'static, Result<Remembered>> {
        self.catch_up();
        let known = self.state().memory.clone().into_iter();
        ready(Ok(known.filter(|(key, _)| key.starts_with(prefix)).collect())).boxed()
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
        ready(Ok(())).boxed()
    }
}
