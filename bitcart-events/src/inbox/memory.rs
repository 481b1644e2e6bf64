//! The inbox of a listener that was given none.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use futures_util::future::{BoxFuture, FutureExt, ready};

use due::Due;

use super::facts::{Heights, Transfers};
use super::{
    Batch, Begun, Claimed, Claims, Committed, DeadLetter, DeadLetters, EventId, Fact, Inbox, InboxStats,
    NewEvent, Origin, Received, ReceivedId, Remember, Remembered, Transient, Verdict,
};
use crate::Result;
use crate::sealed::Sealed;

mod due;
#[cfg(test)]
mod tests;

/// How many events wait for another attempt. One more is a dead letter.
const RETRIES: usize = 16_384;
/// How many dead letters are kept. The oldest makes place for one more.
const DEAD: usize = 1_024;

/// How many keys are remembered. With one more all are forgotten.
const KEYS: usize = 16_384;

/// Holds events in memory: they are lost with the process.
///
/// It is what a listener has unless it is given another one. What it holds is bounded: 16,384 events that wait for another
/// attempt, 1,024 dead letters, of which the oldest are dropped with a line in the log.
#[derive(Default)]
pub struct MemoryInbox {
    held: Mutex<Held>,
    /// How many events are not pending any more. Apart, because that is all there is to an event that is handled.
    ended: AtomicU64,
}

#[derive(Default)]
struct Held {
    last: u64,
    /// How many events were ever pending.
    begun: u64,
    heights: Heights,
    transfers: Transfers,
    due: Due,
    dead: Vec<(DeadLetter, Claimed)>,
    /// In the order of the keys. What a listener knows of its wallets it holds itself with this inbox; this is for whoever else
    /// remembers something.
    memory: Remembered,
}

impl Sealed for MemoryInbox {}

impl MemoryInbox {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A panic never happens while it is locked.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for MemoryInbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemoryInbox")
    }
}

impl Held {
    fn next(&mut self) -> EventId {
        self.last += 1;
        EventId(self.last)
    }

    fn add(&mut self, event: NewEvent) -> Option<EventId> {
        let Some(error) = event.dead.clone() else {
            return self.begins(event.fact.as_ref()).then(|| self.next());
        };
        let (id, accepted) = (self.next(), SystemTime::now());
        self.bury(Claimed { id, event, attempt: 0, failures: 0, due: None, accepted }, error);
        Some(id)
    }

    fn begins(&mut self, fact: Option<&Fact>) -> bool {
        let begins = fact.is_none_or(|fact| self.is_new(fact));
        self.begun += u64::from(begins);
        begins
    }

    fn remember(&mut self, remember: Vec<Remember>) {
        for remember in remember {
            match remember {
                Remember::Put(key, value) => {
                    let (at, count) =
                        (self.memory.partition_point(|(known, _)| *known < key), self.memory.len());
                    match self.memory.get_mut(at).filter(|(known, _)| *known == key) {
                        Some((_, known)) => *known = value,
                        // All or nothing: who finds a part of what was there would take the rest for new.
                        None if count >= KEYS => self.memory = vec![(key, value)],
                        None => self.memory.insert(at, (key, value)),
                    }
                }
                Remember::Forget(prefix) => self.forget(&|key| key.starts_with(&prefix)),
                Remember::Remove(key) => self.forget(&|known| *known == key),
            }
        }
    }

    fn forget(&mut self, which: &dyn Fn(&str) -> bool) {
        self.memory.retain(|(key, _)| !which(key));
    }

    fn is_new(&mut self, fact: &Fact) -> bool {
        match fact {
            Fact::Height { of, height } => self.heights.add(of, *height).is_some(),
            Fact::Transfer { mark, life } => self.transfers.sent(*mark, *life),
        }
    }

    fn bury(&mut self, claimed: Claimed, error: String) {
        let letter = DeadLetter::of(&claimed, error);
        if self.dead.len() >= DEAD {
            let (oldest, _) = self.dead.remove(0);
            tracing::error!(
                event = oldest.event(),
                wallet = oldest.wallet.map(tracing::field::display),
                "dropped the oldest of {DEAD} dead letters that are held in memory: {}",
                oldest.error,
            );
        }
        self.dead.push((letter, claimed));
    }

    /// Takes dead letters out.
    fn exhume(&mut self, which: &DeadLetters) -> Vec<Claimed> {
        let mut taken = Vec::new();
        for (letter, claimed) in std::mem::take(&mut self.dead) {
            if which.has(&letter) {
                taken.push(claimed);
            } else {
                self.dead.push((letter, claimed));
            }
        }
        taken
    }
}

impl Inbox for MemoryInbox {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    fn is_durable(&self) -> bool {
        false
    }

    fn key(&self) -> [u8; 16] {
        // Nothing is kept, so it is another key for each process.
        static KEY: LazyLock<[u8; 16]> = LazyLock::new(|| {
            let [one, other] = [(); 2].map(|()| RandomState::new().hash_one(0_u8));
            (u128::from(one) << 64 | u128::from(other)).to_le_bytes()
        });
        *KEY
    }

    fn append(&self, batch: Batch, done: Committed) {
        let mut held = self.held();
        let mut ids = Vec::with_capacity(batch.events.len());
        for event in batch.events {
            ids.push(held.add(event));
        }
        held.remember(batch.remember);
        drop(held);
        done(Ok(ids));
    }

    fn transient(&self) -> Option<&dyn Transient> {
        Some(self)
    }

    fn claim(&self, most: usize, _held: bool) -> BoxFuture<'static, Result<Claims>> {
        let mut held = self.held();
        let events = held.due.take(most, SystemTime::now());
        let next_due = held.due.first();
        ready(Ok(Claims { events, next_due })).boxed()
    }

    fn settle(&self, event: &Claimed, verdict: Verdict) {
        match verdict {
            Verdict::Handled | Verdict::Released => self.end(1),
            Verdict::Retry { held: true, .. } => {}
            Verdict::Postponed { due } => {
                self.held().due.add(due, event.clone(), SystemTime::now());
            }
            Verdict::Retry { due, error, .. } => {
                let mut held = self.held();
                if held.due.len() >= RETRIES {
                    self.end(1);
                    let error = format!("{error} ({RETRIES} others wait for another attempt already)");
                    return held.bury(event.clone(), error);
                }
                let (attempt, failures) = (event.attempt + 1, event.failures + 1);
                let next = Claimed { attempt, failures, ..event.clone() };
                held.due.add(due, next, SystemTime::now());
            }
            Verdict::Dead { error } => {
                let mut held = self.held();
                self.end(1);
                held.bury(event.clone(), error);
            }
        }
    }

    fn received(&self) -> BoxFuture<'static, Result<Vec<(ReceivedId, Received)>>> {
        ready(Ok(Vec::new())).boxed()
    }

    fn recall(&self, prefix: &str) -> BoxFuture<'static, Result<Remembered>> {
        let mut known = Vec::new();
        for (key, value) in &self.held().memory {
            if key.starts_with(prefix) {
                known.push((key.clone(), value.clone()));
            }
        }
        ready(Ok(known)).boxed()
    }

    fn stats(&self) -> BoxFuture<'static, Result<InboxStats>> {
        let held = self.held();
        let stats = InboxStats {
            pending: held.begun.saturating_sub(self.ended.load(Ordering::Relaxed)),
            retrying: held.due.len() as u64,
            oldest: held.due.oldest().and_then(|oldest| oldest.elapsed().ok()),
            dead: held.dead.len() as u64,
            received: 0,
        };
        ready(Ok(stats)).boxed()
    }

    fn dead_letters(&self, which: DeadLetters, most: usize) -> BoxFuture<'static, Result<Vec<DeadLetter>>> {
        let mut letters = Vec::new();
        for (letter, _) in &self.held().dead {
            if letters.len() < most && which.has(letter) {
                letters.push(letter.clone());
            }
        }
        ready(Ok(letters)).boxed()
    }

    fn replay(&self, which: DeadLetters) -> BoxFuture<'static, Result<usize>> {
        let mut held = self.held();
        let (replayed, now) = (held.exhume(&which), SystemTime::now());
        let count = replayed.len();
        held.begun += count as u64;
        for mut claimed in replayed {
            (claimed.attempt, claimed.failures) = (claimed.attempt + 1, 0);
            (claimed.event.origin, claimed.event.dead) = (Origin::Replayed, None);
            held.due.add(now, claimed, now);
        }
        ready(Ok(count)).boxed()
    }

    fn discard(&self, which: DeadLetters) -> BoxFuture<'static, Result<usize>> {
        ready(Ok(self.held().exhume(&which).len())).boxed()
    }

    fn close(&self) -> BoxFuture<'static, Result<()>> {
        ready(Ok(())).boxed()
    }
}

impl Transient for MemoryInbox {
    fn begin(&self, facts: &mut dyn Iterator<Item = Option<&Fact>>) -> Begun {
        let mut held = self.held();
        let mut begun = Begun { first: EventId(held.last + 1), repeated: Vec::new() };
        for (place, fact) in facts.enumerate() {
            if held.begins(fact) {
                held.last += 1;
            } else {
                begun.repeated.push(place);
            }
        }
        begun
    }

    fn end(&self, handled: usize) {
        self.ended.fetch_add(handled as u64, Ordering::Relaxed);
    }
}
