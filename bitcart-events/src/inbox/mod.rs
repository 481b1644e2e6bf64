//! Between accepting and handling: where events stand until they have been handled.
//!
//! A delivery [appends](Inbox::append) what it accepted; the dispatcher [claims](Inbox::claim) what it has room for, in the
//! order of acceptance, and [settles](Inbox::settle) each event when its handler has ended. [`MemoryInbox`] is what a
//! listener has unless it is given another one; what is in it is gone with the process. `SqliteInbox` (feature `sqlite`)
//! keeps events in a file.
//!
//! # What an inbox promises
//! - What was appended is there again after a kill, and after a power cut on storage that honours its flushes, if the inbox
//!   [is durable](Inbox::is_durable).
//! - Each event is claimed by one process at a time, and again by the next one if that process ended before it settled it.
//! - What was settled as handled is not claimed again.
//!
//! # Made for several machines
//! Nothing here says that there is one consumer. An inbox that several machines share (Postgres, Redis Streams) gives each
//! of its instances an id that is unique for each start, keeps a lease with every event that it hands out and renews it by
//! itself, and lets [`settle`](Inbox::settle) change only what is still leased to the instance that asks: a machine that
//! was gone for too long changes nothing any more.

mod batch;
mod dead;
mod facts;
mod memory;
#[cfg(test)]
mod promises;
#[cfg(feature = "sqlite")]
mod sqlite;
mod verdict;

use std::fmt;

use futures_util::future::BoxFuture;

pub use batch::{Batch, EventId, Fact, Life, Mark, NewEvent, Origin, Received, ReceivedId, Remember, Text};
pub use dead::{DeadLetter, DeadLetters, InboxStats};
pub use memory::MemoryInbox;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteInbox;
pub use verdict::{Claimed, Claims, Effects, Verdict};

#[cfg(feature = "sqlite")]
use crate::Error;
#[cfg(any(doc, feature = "sqlite"))]
use crate::ErrorKind;
pub use crate::wallet::WalletId;
use crate::{BoxError, Result};

/// Called when a batch is committed, or cannot be.
///
/// For each of the batch's events its id, or `None` if it states a fact that was delivered before.
pub type Committed = Box<dyn FnOnce(Result<Vec<Option<EventId>>>) + Send>;

/// What is remembered: keys and values.
pub type Remembered = Vec<(String, Vec<u8>)>;

/// Keeps what was accepted until it has been handled.
///
/// Calls take effect in the order in which they are made, whether or not their futures are polled. An implementation may
/// commit several together, and does not block the caller.
pub trait Inbox: Send + Sync + fmt::Debug + 'static {
    /// Where the events are, for logs: `events.db`.
    fn name(&self) -> String;

    /// Whether what was committed survives the process.
    fn is_durable(&self) -> bool;

    /// A key of this inbox's own, which stays the same for as long as its events are kept. Updates are known again by a
    /// hash under it.
    fn key(&self) -> [u8; 16];

    /// Stores what was accepted together: all of it or nothing. `done` is called when it is committed, or when it cannot
    /// be, in the order of the calls, from any thread; it is quick, and does not panic.
    ///
    /// The error is of the kind [`ErrorKind::Refused`] if too much waits to be committed: that passes by itself.
    fn append(&self, batch: Batch, done: Committed);

    /// Takes events that no one has claimed, and those that are due again: at most so many, in the order of acceptance.
    ///
    /// `held` says that an event whose next attempt is not due yet is wanted all the same, because it holds back what
    /// follows it.
    fn claim(&self, most: usize, held: bool) -> BoxFuture<'static, Result<Claims>>;

    /// Writes down what became of a claimed event. It is committed with what is appended next, or a moment later: what is
    /// lost with the process is handled again.
    fn settle(&self, event: &Claimed, verdict: Verdict);

    /// Runs what a handler gave to its `InboxTx`, and settles its event as handled, in one transaction. With an error
    /// nothing of it has happened, and the event is still claimed.
    fn settle_with(
        &self,
        event: &Claimed,
        effects: Effects,
    ) -> BoxFuture<'static, std::result::Result<(), BoxError>> {
        let _ = (event, effects);
        let message = format!("the inbox {} takes no `InboxTx`", self.name());
        Box::pin(async move { Err(message.into()) })
    }

    /// Whether [`settle_with`](Self::settle_with) is possible.
    fn has_effects(&self) -> bool {
        false
    }

    /// What was received and not made events of, in the order of its arrival: an earlier process ended before that.
    fn received(&self) -> BoxFuture<'static, Result<Vec<(ReceivedId, Received)>>>;

    /// What is [remembered](Remember) under keys that begin so, in the order of the keys.
    fn recall(&self, prefix: &str) -> BoxFuture<'static, Result<Remembered>>;

    /// How much is in it.
    fn stats(&self) -> BoxFuture<'static, Result<InboxStats>>;

    /// The dead letters that are asked for, oldest first, at most so many.
    fn dead_letters(&self, which: DeadLetters, most: usize) -> BoxFuture<'static, Result<Vec<DeadLetter>>>;

    /// Has dead letters handled again, as events of [origin](Origin) `Replayed`; how many they were.
    fn replay(&self, which: DeadLetters) -> BoxFuture<'static, Result<usize>>;

    /// Deletes dead letters for good; how many they were.
    fn discard(&self, which: DeadLetters) -> BoxFuture<'static, Result<usize>>;

    /// Commits what waits to be. Nothing is appended or claimed afterwards.
    fn close(&self) -> BoxFuture<'static, Result<()>>;
}

#[cfg(feature = "sqlite")]
pub(crate) fn trouble(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Inbox, message)
}
