//! From accepted updates to handlers: through the inbox, in order within a lane, with a bound on what runs and on what
//! waits, each isolated from the others.

mod absent;
mod accept;
mod accepted;
mod backlog;
mod batch;
mod close;
mod delivered;
mod few;
mod found;
#[cfg(feature = "polling")]
mod keep;
mod lanes;
mod meter;
mod place;
mod policy;
mod pump;
mod report;
mod room;
mod run;
mod sort;
mod tally;
#[cfg(test)]
#[cfg(feature = "sqlite")]
mod tests;
mod work;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use absent::Absent;
use accepted::Accepted;
use backlog::Backlog;
use batch::Batch;
pub(crate) use batch::Ticket;
#[cfg(feature = "polling")]
pub(crate) use delivered::{Delivered, Incoming};
pub(crate) use few::Few;
use found::Found;
#[cfg(feature = "polling")]
use keep::Health;
#[cfg(feature = "polling")]
pub(crate) use keep::Texts;
#[cfg(feature = "websocket")]
pub(crate) use keep::take_those;
use lanes::Lanes;
pub(crate) use policy::Policy;
pub use report::{Failed, Ignored, IgnoredReason, Rejected, RejectedReason, Report};
use room::Room;

use crate::handler::{Routes, States};
use crate::inbox::{EventId, Inbox};
#[cfg(feature = "polling")]
use crate::inbox::{InboxStats, ReceivedId};
#[cfg(feature = "polling")]
use crate::reconcile::{Timing, Watch};
use crate::runtime::runtime;
use crate::source::Source;
use crate::told::Told;
use crate::troubles::Troubles;
use crate::{Error, ErrorKind, Result};

/// How many updates may wait or run, and how many may run at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) waiting: usize,
    pub(crate) running: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { waiting: 32_768, running: 64 }
    }
}

/// Hands updates to handlers. It knows no wallets: each update comes with its [`Source`].
pub(crate) struct Dispatcher {
    id: u64,
    routes: Routes,
    states: Arc<States>,
    policy: Policy,
    #[cfg(feature = "polling")]
    watch: Watch,
    inbox: Arc<dyn Inbox>,
    is_durable: bool,
    /// The inbox keeps nothing that did not fail.
    is_transient: bool,
    /// The inbox's own.
    key: [u8; 16],
    room: Room,
    turns: Semaphore,
    lanes: Lanes<Job>,
    backlog: Backlog,
    absent: Absent,
    /// Whose report is waited for, of what waits in the inbox.
    awaited: Mutex<HashMap<EventId, (Batch, usize)>>,
    /// What an earlier process received, and what came for wallets that had been removed.
    #[cfg(feature = "polling")]
    leftover: Mutex<Texts>,
    /// The last number of a received text.
    #[cfg(feature = "polling")]
    received: AtomicU64,
    #[cfg(feature = "polling")]
    health: Arc<Health>,
    told: Told,
    /// That the inbox cannot be read.
    troubles: Troubles,
    /// Apart, because a daemon may have any number of wallets that are not ours.
    strangers: Told,
    unfinished: AtomicUsize,
    workers: TaskTracker,
    pumps: TaskTracker,
    is_pumping: AtomicBool,
    /// Nothing new begins.
    closing: CancellationToken,
    abort: CancellationToken,
    /// How many updates were given up when the time for a graceful shutdown ran out.
    given_up: OnceLock<usize>,
}

/// Updates that share a lane, and what they came with.
struct Job {
    source: Source,
    updates: Vec<Accepted>,
    /// Their handlers, as far as they were looked up.
    found: Found,
    /// Whoever waits for the report.
    batch: Option<Batch>,
    /// The place of what comes without a batch.
    #[expect(dead_code, reason = "it is given back when it is dropped")]
    place: Option<OwnedSemaphorePermit>,
}

impl Job {
    /// The first of its events.
    fn first(&self) -> Option<EventId> {
        self.updates.first().map(|accepted| accepted.progress.id)
    }
}

impl Dispatcher {
    pub(crate) fn new(
        routes: Routes,
        states: States,
        limits: Limits,
        policy: Policy,
        inbox: Arc<dyn Inbox>,
    ) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let is_shared = inbox.is_shared();
        // What others share outlives this process.
        let is_durable = inbox.is_durable() || is_shared;
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            routes,
            states: Arc::new(states),
            policy,
            #[cfg(feature = "polling")]
            watch: Watch::default(),
            is_durable,
            is_transient: inbox.transient().is_some(),
            key: inbox.key(),
            inbox,
            room: Room::new(limits.waiting),
            turns: Semaphore::new(limits.running),
            lanes: Lanes::default(),
            backlog: Backlog::new(is_durable, is_shared),
            absent: Absent::default(),
            awaited: Mutex::default(),
            #[cfg(feature = "polling")]
            leftover: Mutex::default(),
            #[cfg(feature = "polling")]
            received: AtomicU64::new(0),
            #[cfg(feature = "polling")]
            health: Arc::default(),
            told: Told::default(),
            troubles: Troubles::default(),
            strangers: Told::default(),
            unfinished: AtomicUsize::new(0),
            workers: TaskTracker::new(),
            pumps: TaskTracker::new(),
            is_pumping: AtomicBool::new(false),
            closing: CancellationToken::new(),
            abort: CancellationToken::new(),
            given_up: OnceLock::new(),
        }
    }

    /// Compares with the daemons at these times.
    #[cfg(feature = "polling")]
    pub(crate) fn comparing(mut self, timing: Timing) -> Self {
        self.watch = Watch::new(timing, self.is_durable, self.is_transient);
        self
    }

    #[cfg(feature = "polling")]
    pub(crate) fn watch(&self) -> &Watch {
        &self.watch
    }

    pub(crate) fn inbox(&self) -> &Arc<dyn Inbox> {
        &self.inbox
    }

    /// The key under which updates are known again.
    #[cfg(feature = "websocket")]
    pub(crate) fn key(&self) -> &[u8; 16] {
        &self.key
    }

    /// Something in the inbox is to be handled.
    pub(crate) fn look(self: &Arc<Self>, source: &Source) -> Result<()> {
        self.start_pump(source, &runtime()?);
        self.backlog.look();
        Ok(())
    }

    /// Goes on with what an earlier process left in the inbox.
    #[cfg(feature = "webhook")]
    pub(crate) fn look_if_kept(self: &Arc<Self>, source: &Source) -> Result<()> {
        if self.is_durable { self.look(source) } else { Ok(()) }
    }

    /// Goes on with what an earlier process left in the inbox, and says what becomes of events from now on.
    #[cfg(feature = "polling")]
    pub(crate) async fn resume(self: &Arc<Self>, source: &Source) -> Result<()> {
        if !self.is_durable {
            self.told.once("held in memory", || {
                tracing::info!(
                    "accepted events are held in memory: those that are not handled when the process ends are lost; an \
                     inbox in a file keeps them (feature `sqlite`, `BITCART_INBOX=events.db`)"
                );
            });
            return Ok(());
        }
        let received = self.inbox.received().await?;
        let last = received.last().map_or(0, |(ReceivedId(last), _)| *last);
        self.received.fetch_max(last, Ordering::Relaxed);
        *lock(&self.leftover) = received;
        let InboxStats { pending, dead, .. } = self.inbox.stats().await?;
        tracing::info!(pending, dead_letters = dead, "accepted events are kept in {}", self.inbox.name());
        self.look(source)
    }

    /// Whether what is stored is safe, so that its handlers need not be waited for.
    #[cfg(feature = "polling")]
    pub(crate) fn is_durable(&self) -> bool {
        self.is_durable
    }

    pub(crate) fn routes(&self) -> &Routes {
        &self.routes
    }

    /// Whether it has been shut down: there is no way back.
    #[cfg(feature = "polling")]
    pub(crate) fn check_open(&self) -> Result<()> {
        if self.room.is_closed() { Err(shutting_down()) } else { Ok(()) }
    }

    /// Fails outside a tokio runtime, and inside a handler of this dispatcher: what waits for handlers would wait for itself.
    pub(crate) fn check_caller(&self, what: &str) -> Result<()> {
        if !run::inside(self.id) {
            return runtime().map(|_| ());
        }
        let message = format!(
            "{what} was called from inside a handler of the same listener, and would wait for itself; \
             return from the handler first, or spawn a task that nobody waits for"
        );
        Err(Error::new(ErrorKind::Reentrant, message))
    }
}

fn refused(reason: &str) -> Error {
    Error::refused(format!("the listener accepts no updates: {reason}"))
}

fn shutting_down() -> Error {
    refused("it is shutting down, or has been shut down")
}

/// A panic in a handler never happens while one of these is locked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
