//! Between accepting and handling: where events stand until they have been handled.
//!
//! A delivery [appends](Inbox::append) what it accepted; the dispatcher [claims](Inbox::claim) what it has room for, in the
//! order of acceptance, and [settles](Inbox::settle) each event when its handler has ended. [`MemoryInbox`] is what a
//! listener has unless it is given another one; what is in it is gone with the process. `SqliteInbox` (feature `sqlite`)
//! keeps events in a file:
//!
#![cfg_attr(all(feature = "sqlite", feature = "websocket"), doc = "```no_run")]
#![cfg_attr(not(all(feature = "sqlite", feature = "websocket")), doc = "```ignore")]
//! use bitcart_events::inbox::SqliteInbox;
//! # use bitcart_events::Coin;
//! # #[tokio::main]
//! # async fn main() -> bitcart_events::Result<()> {
//! Coin::btc("xpub…").listener().inbox(SqliteInbox::open("events.db")?).websocket().await
//! # }
//! ```
//!
//! The `run_…` functions and [`Settings`](crate::Settings) take one setting for it: `BITCART_INBOX=events.db`.
//!
//! # What is promised
//! An event that was committed to a durable inbox survives a kill, and a power loss on storage that honours its flushes. It is
//! given to its handler at least once, in the order of acceptance for its lane. A handler whose success was committed is not
//! run again for that event. What a handler writes through `InboxTx` happens exactly once.
//!
//! Events that a daemon drops, or forgets before they were stored, cannot be had as events any more. After every start and
//! reconnect, and [by the clock](crate::ListenerBuilder::reconcile_every), the state of payments, blocks and transactions is
//! compared with the daemon, and what changed since the last state that is known is delivered, with the [origin](Origin)
//! `Reconciled`.
//!
//! Not promised: exactly-once effects outside of the file, every status in between, an order of events of different lanes, that
//! a webhook is genuine.
//!
//! | by | is accepted when | and if it cannot be stored |
//! |---|---|---|
//! | webhook | it is stored, before it is answered with 200 | the connection is closed without an answer, so that the daemon keeps the event |
//! | polling | the answer is stored as it came, before anything in it is looked at | the answer is kept in memory and tried again; no daemon is asked before the inbox can be written |
//! | websocket | it is stored; what is held until the queue was fetched is stored as it came | the connection is given up; the events are in the daemon's queue, and are fetched when the inbox can be written |
//! | hand | it is stored | `process_updates` fails |
//!
//! What is known of earlier events is in the inbox too: which heights and transfers were delivered, and where a websocket's
//! events lie in the daemon's queue. So what a daemon sends again after a restart, its own or ours, is known again.
//!
//! # What fails
//! An event whose handler returned an error, panicked, or took [too long](crate::ListenerBuilder::time_limit) is tried again after
//! growing [waits](crate::ListenerBuilder::retry_waits), [5 times](crate::ListenerBuilder::retries) unless the listener or the handler
//! (`#[on(…, retries = 0)]`) says otherwise: for half a minute to a minute in all. Meanwhile those behind it go on, unless the listener is
//! [strict](crate::ListenerBuilder::strict). After the last attempt, or at once when an argument cannot be read or the error is
//! [`Final`](crate::Final), it is a dead letter: kept whole, to be [looked at](Inbox::dead_letters) and
//! [replayed](crate::Listener::replay), alone, by filter, or all.
//!
//! What is stored for a wallet that is not listened to waits until it is: every five seconds it is checked whether it is listened to, and less often when
//! thousands of events wait so. What has no
//! handler any more becomes a dead letter.
//!
//! # For operators
//! Each event that changes its state is logged: accepted, repeated and handled at the level "debug", what failed as an error, what
//! cannot be read (and is dead at once) as a warning, replays as information; with its number, if it is in the inbox by then.
//! `SqliteInbox::attach` opens a file beside the program that has it.
//!
//! With the feature `metrics` these are counted through the facade of that name:
//!
//! | metric | is |
//! |---|---|
//! | `bitcart_events_accepted_total` | events that went into the inbox, by `currency` and `origin` (live, drained, reconciled, replayed), as all counts |
//! | `bitcart_events_repeated_total` | those that were delivered before |
//! | `bitcart_events_handled_total` | handled |
//! | `bitcart_events_retried_total` | failed attempts that are followed by another |
//! | `bitcart_events_died_total` | new dead letters |
//! | `bitcart_events_lag_seconds` | a histogram: from acceptance to the end of the handler |
//! | `bitcart_events_pending`, `…_retrying`, `…_dead_letters`, `…_oldest_seconds` | gauges, of a durable inbox: how much stands in it, and for how many seconds its oldest event has waited; set at the start, then every ten to twenty seconds |
//!
//! # For several machines
//! Nothing in [`Inbox`] says that there is one consumer. An inbox that several machines share (Postgres, Redis Streams) gives each
//! of its instances an id that is unique for each start, keeps a lease with every event that it hands out and renews it by
//! itself, and lets [`settle`](Inbox::settle) change only what is still leased to the instance that asks: a machine that was gone
//! for too long changes nothing any more. It says that it [is shared](Inbox::is_shared), so that what is appended is claimed in
//! its turn, and hands out no event while an earlier one of the same currency and wallet is leased to another machine.
//! [`received`](Inbox::received) gives what instances that are gone left, under numbers that are not in use, and takes it over.

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

pub use batch::{
    Batch, Chain, EventId, Fact, Life, Mark, NewEvent, Origin, Received, ReceivedId, Remember, Text,
};
pub use dead::{DeadLetter, DeadLetters, InboxStats};
pub use memory::MemoryInbox;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteInbox;
#[cfg(all(test, feature = "sqlite"))]
pub(crate) use sqlite::tests::Folder;
pub use verdict::{Claimed, Claims, Effects, Verdict};

#[cfg(doc)]
use crate::ErrorKind;
use crate::sealed::Sealed;
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

    /// Whether others append and claim too. Then nothing is claimed when it is appended: something of theirs may come before.
    fn is_shared(&self) -> bool {
        false
    }

    /// Called once by the listener that is built with it.
    ///
    /// # Errors
    /// When no listener can have it: another one has it, or it is only to be looked into.
    fn take(&self) -> Result<()> {
        Ok(())
    }

    /// A key of this inbox's own, which stays the same for as long as its events are kept. Updates are known again by a
    /// hash under it.
    fn key(&self) -> [u8; 16];

    /// Stores what was accepted together: all of it or nothing. `done` is called when it is committed, or when it cannot
    /// be, in the order of the calls, from any thread; it is quick, and does not panic.
    ///
    /// The error is of the kind [`ErrorKind::Refused`] if too much waits to be committed: that passes by itself, and may be told
    /// at once, before what was appended earlier is committed.
    fn append(&self, batch: Batch, done: Committed);

    /// The shorter way of an inbox that keeps nothing of an event before an attempt of it has failed.
    fn transient(&self) -> Option<&dyn Transient> {
        None
    }

    /// Takes events that no one has claimed, and those that are due again: at most so many, in the order of acceptance.
    ///
    /// `held` says that an event whose next attempt after a failure is not due yet is wanted all the same, because it holds
    /// back what follows it. One that was postponed is not.
    fn claim(&self, most: usize, held: bool) -> BoxFuture<'static, Result<Claims>>;

    /// Writes down what became of a claimed event, as the `event` that is passed says how many attempts were made. It is
    /// committed with what is appended next, or a moment later: what is lost with the process is handled again.
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

    /// What is [remembered](Remember) under keys that begin so, in the order of the keys, byte by byte: they are read as they
    /// come, and where they come otherwise less is known, so that a daemon's events may be delivered again.
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

/// The shorter way into and out of an [`Inbox`] to which an event is no more than a number until an attempt of it has failed.
/// Sealed: it is [`MemoryInbox`]'s.
///
/// What failed, and what no handler could take, goes the [other](Inbox::settle) [way](Inbox::append). What failed and then came out
/// of [`claim`](Inbox::claim) ends as all others when it is handled: it is not in the inbox any more.
///
/// ```
/// use bitcart_events::inbox::{Begun, Inbox, MemoryInbox};
///
/// # #[tokio::main]
/// # async fn main() -> bitcart_events::Result<()> {
/// let inbox = MemoryInbox::new();
/// if let Some(transient) = inbox.transient() {
///     let Begun { first, repeated, .. } = transient.begin(&mut [None, None].into_iter());
///     assert!(repeated.is_empty() && transient.begin(&mut [None].into_iter()).first > first);
///     assert_eq!(inbox.stats().await?.pending, 3);
///     transient.end(1);
///     assert_eq!(inbox.stats().await?.pending, 2);
/// }
/// # Ok(())
/// # }
/// ```
pub trait Transient: Sealed {
    /// In place of [`append`](Inbox::append), for events that are claimed at once, by what each of them states.
    fn begin(&self, facts: &mut dyn Iterator<Item = Option<&Fact>>) -> Begun;

    /// In place of [`settle`](Inbox::settle): so many events are handled.
    fn end(&self, handled: usize);
}

/// Events that [began](Transient::begin) together.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Begun {
    /// The id of the first one that is new. Those of the others follow, in their order.
    pub first: EventId,
    /// The places of those that are not: they state what was delivered before.
    pub repeated: Vec<usize>,
}
