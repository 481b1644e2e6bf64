//! An inbox of one's own, as an application would write it: here around a file, and as if other machines appended to it too.

use bitcart_events::BoxError;
use bitcart_events::inbox::{
    Batch, Claimed, Claims, Committed, DeadLetter, DeadLetters, Effects, Inbox, InboxStats, Received,
    ReceivedId, Remembered, SqliteInbox, Verdict,
};
use bitcart_events::{Error, Result};
use futures_util::future::BoxFuture;

#[derive(Debug)]
pub struct Shared(pub SqliteInbox);

impl Inbox for Shared {
    fn is_shared(&self) -> bool {
        true
    }

    fn append(&self, batch: Batch, done: Committed) {
        if batch.claim {
            return done(Err(Error::inbox("nothing is claimed when it is appended to what others share")));
        }
        self.0.append(batch, done);
    }

    fn name(&self) -> String {
        self.0.name()
    }

    fn is_durable(&self) -> bool {
        self.0.is_durable()
    }

    fn key(&self) -> [u8; 16] {
        self.0.key()
    }

    fn claim(&self, most: usize, held: bool) -> BoxFuture<'static, Result<Claims>> {
        self.0.claim(most, held)
    }

    fn settle(&self, event: &Claimed, verdict: Verdict) {
        self.0.settle(event, verdict);
    }

    fn settle_with(
        &self,
        event: &Claimed,
        effects: Effects,
    ) -> BoxFuture<'static, std::result::Result<(), BoxError>> {
        self.0.settle_with(event, effects)
    }

    fn has_effects(&self) -> bool {
        self.0.has_effects()
    }

    fn received(&self) -> BoxFuture<'static, Result<Vec<(ReceivedId, Received)>>> {
        self.0.received()
    }

    fn recall(&self, prefix: &str) -> BoxFuture<'static, Result<Remembered>> {
        self.0.recall(prefix)
    }

    fn stats(&self) -> BoxFuture<'static, Result<InboxStats>> {
        self.0.stats()
    }

    fn dead_letters(&self, which: DeadLetters, most: usize) -> BoxFuture<'static, Result<Vec<DeadLetter>>> {
        self.0.dead_letters(which, most)
    }

    fn replay(&self, which: DeadLetters) -> BoxFuture<'static, Result<usize>> {
        self.0.replay(which)
    }

    fn discard(&self, which: DeadLetters) -> BoxFuture<'static, Result<usize>> {
        self.0.discard(which)
    }

    fn close(&self) -> BoxFuture<'static, Result<()>> {
        self.0.close()
    }
}
