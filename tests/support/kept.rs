//! An inbox in memory that outlives its listener, as a file outlives a process, and tells how each event came.

use std::sync::{Arc, Mutex};

use bitcart_events::Result;
use bitcart_events::inbox::{
    Batch, Claimed, Claims, Committed, DeadLetter, DeadLetters, Inbox, InboxStats, MemoryInbox, Origin,
    Received, ReceivedId, Verdict,
};
use futures_util::future::BoxFuture;

use super::listening::short;

/// Clones are the same inbox.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    inbox: Arc<MemoryInbox>,
    accepted: Arc<Mutex<Vec<(Origin, String)>>>,
    texts: Arc<Mutex<Vec<String>>>,
}

impl Kept {
    /// What was accepted as the answer to a comparison.
    pub fn reconciled(&self) -> Vec<String> {
        let accepted = self.accepted.lock().unwrap();
        let reconciled = accepted.iter().filter(|(origin, _)| *origin == Origin::Reconciled);
        reconciled.map(|(_, event)| event.clone()).collect()
    }

    /// The same as they stand in the inbox.
    pub fn texts(&self) -> Vec<String> {
        self.texts.lock().unwrap().clone()
    }

    /// What is remembered under keys that begin so and contain this.
    pub async fn remembers(&self, part: &str) -> usize {
        let known = self.inbox.recall("state/").await.unwrap();
        known.iter().filter(|(key, _)| key.contains(part)).count()
    }
}

impl Inbox for Kept {
    fn name(&self) -> String {
        "kept".to_owned()
    }

    fn is_durable(&self) -> bool {
        self.inbox.is_durable()
    }

    fn key(&self) -> [u8; 16] {
        [7; 16]
    }

    fn append(&self, batch: Batch, done: Committed) {
        let events = batch.events.iter().map(|event| (event.origin, short(&event.text)));
        self.accepted.lock().unwrap().extend(events);
        let reconciled = batch.events.iter().filter(|event| event.origin == Origin::Reconciled);
        self.texts.lock().unwrap().extend(reconciled.map(|event| event.text.to_string()));
        self.inbox.append(batch, done);
    }

    fn claim(&self, most: usize, held: bool) -> BoxFuture<'static, Result<Claims>> {
        self.inbox.claim(most, held)
    }

    fn settle(&self, event: &Claimed, verdict: Verdict) {
        self.inbox.settle(event, verdict);
    }

    fn received(&self) -> BoxFuture<'static, Result<Vec<(ReceivedId, Received)>>> {
        self.inbox.received()
    }

    fn recall(&self, prefix: &str) -> BoxFuture<'static, Result<Vec<(String, Vec<u8>)>>> {
        self.inbox.recall(prefix)
    }

    fn stats(&self) -> BoxFuture<'static, Result<InboxStats>> {
        self.inbox.stats()
    }

    fn dead_letters(&self, which: DeadLetters, most: usize) -> BoxFuture<'static, Result<Vec<DeadLetter>>> {
        self.inbox.dead_letters(which, most)
    }

    fn replay(&self, which: DeadLetters) -> BoxFuture<'static, Result<usize>> {
        self.inbox.replay(which)
    }

    fn discard(&self, which: DeadLetters) -> BoxFuture<'static, Result<usize>> {
        self.inbox.discard(which)
    }

    fn close(&self) -> BoxFuture<'static, Result<()>> {
        self.inbox.close()
    }
}
