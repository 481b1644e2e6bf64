//! From accepted updates to handlers: through the inbox, in order within a lane, with a bound on what runs and on what
//! waits, each isolated from the others.

mod accept;
mod backlog;
mod batch;
#[cfg(feature = "polling")]
mod keep;
mod lanes;
mod policy;
mod report;
mod room;
mod run;
mod sort;
mod work;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use accept::{Delivered, Incoming, Read};
use backlog::Backlog;
use batch::Batch;
pub(crate) use batch::Ticket;
#[cfg(feature = "polling")]
use keep::Health;
use lanes::Lanes;
pub(crate) use policy::Policy;
pub use report::{Failed, Ignored, IgnoredReason, Rejected, RejectedReason, Report};
use room::Room;

use crate::handler::{Routes, States};
use crate::inbox::{Claimed, EventId, Inbox, Life, Origin};
#[cfg(feature = "polling")]
use crate::inbox::{InboxStats, Received, ReceivedId};
use crate::intake::Parcel;
#[cfg(feature = "polling")]
use crate::reconcile::{Timing, Watch};
use crate::source::{Lane, Source};
use crate::told::Told;
use crate::{Coin, Error, ErrorKind, Result, Update};

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

/// How long handlers get to be dropped when the deadline of a shutdown has passed.
const LAST_STEPS: Duration = Duration::from_secs(1);

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
    /// The inbox's own.
    key: [u8; 16],
    room: Room,
    turns: Semaphore,
    lanes: Lanes<Job>,
    backlog: Backlog,
    /// Whose report is waited for, of what waits in the inbox.
    awaited: Mutex<HashMap<EventId, (Arc<Batch>, usize)>>,
    /// What an earlier process received.
    #[cfg(feature = "polling")]
    leftover: Mutex<Vec<(ReceivedId, Received)>>,
    /// The last number of a received text.
    #[cfg(feature = "polling")]
    received: AtomicU64,
    #[cfg(feature = "polling")]
    health: Arc<Health>,
    told: Told,
    /// Apart, because a daemon may have any number of wallets that are not ours.
    strangers: Told,
    unfinished: AtomicUsize,
    workers: TaskTracker,
    pumps: TaskTracker,
    /// Nothing new begins.
    closing: CancellationToken,
    abort: CancellationToken,
}

/// Updates that share a lane, and what they came with.
struct Job {
    source: Source,
    updates: Vec<Accepted>,
    /// Whoever waits for the report.
    batch: Option<Arc<Batch>>,
    /// The place of what comes without a batch.
    #[expect(dead_code, reason = "it is given back when it is dropped")]
    place: Option<OwnedSemaphorePermit>,
}

/// An update that is to be handled.
struct Accepted {
    /// Its place among the updates that it came with.
    index: usize,
    update: Update,
    claimed: Claimed,
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
        let is_durable = inbox.is_durable();
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            routes,
            states: Arc::new(states),
            policy,
            #[cfg(feature = "polling")]
            watch: Watch::default(),
            is_durable,
            key: inbox.key(),
            inbox,
            room: Room::new(limits.waiting),
            turns: Semaphore::new(limits.running),
            lanes: Lanes::default(),
            backlog: Backlog::new(is_durable),
            awaited: Mutex::default(),
            #[cfg(feature = "polling")]
            leftover: Mutex::default(),
            #[cfg(feature = "polling")]
            received: AtomicU64::new(0),
            #[cfg(feature = "polling")]
            health: Arc::default(),
            told: Told::default(),
            strangers: Told::default(),
            unfinished: AtomicUsize::new(0),
            workers: TaskTracker::new(),
            pumps: TaskTracker::new(),
            closing: CancellationToken::new(),
            abort: CancellationToken::new(),
        }
    }

    /// Compares with the daemons at these times.
    #[cfg(feature = "polling")]
    pub(crate) fn comparing(mut self, timing: Timing) -> Self {
        self.watch = Watch::new(timing);
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
    pub(crate) fn key(&self) -> &[u8; 16] {
        &self.key
    }

    /// Something in the inbox is to be handled.
    pub(crate) fn look(self: &Arc<Self>, source: &Source) -> Result<()> {
        self.start_pump(source, &runtime()?);
        self.backlog.look();
        Ok(())
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

    /// Accepts updates if there is room now: in memory, or in the inbox that keeps them.
    #[cfg(feature = "webhook")]
    pub(crate) fn try_accept(
        self: &Arc<Self>,
        source: &Source,
        body: &Arc<str>,
        parcel: Parcel,
    ) -> Result<Ticket> {
        let (coin, updates) = match self.read(source, body, &parcel) {
            Ok(read) => read,
            Err(report) => return Ok(Ticket::done(report)),
        };
        let place = self.place_for(source, updates.first(), 0)?;
        self.put(Delivered::new(source, &coin, live(updates)), place)
    }

    /// A place for an update, if there is room now in its lane, for which so many are held elsewhere.
    #[cfg(feature = "websocket")]
    pub(crate) fn place_for(
        &self,
        source: &Source,
        update: Option<&Read>,
        held: usize,
    ) -> Result<OwnedSemaphorePermit> {
        let lane = update
            .and_then(|update| update.as_ref().ok())
            .map(|update| source.lane(update, self.policy.payments_apart));
        let place = self.room.try_take(held + lane.map_or(0, |lane| self.lanes.waiting(&lane)));
        // What finds no room in memory waits in the file.
        if self.is_durable { place.or_else(|_| self.room.no_place()) } else { place }
    }

    /// Whether nothing of a wallet waits or is at work.
    #[cfg(feature = "websocket")]
    pub(crate) fn is_idle(&self, coin: &Coin) -> bool {
        self.lanes.waiting(&Lane::of(coin)) == 0
    }

    /// Whether there is room for the blocks of a currency.
    #[cfg(feature = "websocket")]
    pub(crate) fn has_room_for_blocks(&self, currency: crate::Currency) -> bool {
        self.room.is_left(self.lanes.waiting(&Lane::Blocks(currency)))
    }

    /// Waits until there is room in a wallet's lane.
    #[cfg(feature = "polling")]
    pub(crate) async fn reserve_for(&self, coin: &Coin) -> Result<OwnedSemaphorePermit> {
        if self.is_durable {
            return self.room.no_place();
        }
        let lane = Lane::of(coin);
        self.room.take_in(|| self.lanes.waiting(&lane)).await
    }

    /// Accepts updates as soon as there is room.
    pub(crate) async fn accept(
        self: &Arc<Self>,
        source: &Source,
        body: &Arc<str>,
        parcel: Parcel,
    ) -> Result<Ticket> {
        let place = self.room.take().await?;
        match self.read(source, body, &parcel) {
            Ok((coin, updates)) => {
                self.put(Delivered { awaited: true, ..Delivered::new(source, &coin, live(updates)) }, place)
            }
            Err(report) => Ok(Ticket::done(report)),
        }
    }

    /// Whether it has been shut down: there is no way back.
    #[cfg(feature = "polling")]
    pub(crate) fn check_open(&self) -> Result<()> {
        if self.room.is_closed() { Err(shutting_down()) } else { Ok(()) }
    }

    /// Fails outside a tokio runtime, and inside a handler of this dispatcher, which would wait for itself.
    pub(crate) fn check_caller(&self) -> Result<()> {
        self.check_outside("`process_updates`")?;
        runtime().map(|_| ())
    }

    /// Fails inside a handler of this dispatcher: what waits for handlers would wait for itself.
    pub(crate) fn check_outside(&self, what: &str) -> Result<()> {
        if !run::inside(self.id) {
            return Ok(());
        }
        let message = format!(
            "{what} was called from inside a handler of the same listener, and would wait for itself; \
             return from the handler first, or spawn a task that nobody waits for"
        );
        Err(Error::new(ErrorKind::Reentrant, message))
    }

    /// Stops accepting, and waits for what was accepted; what is not finished by then is given up, and said. What an inbox
    /// keeps is left there, but for what has begun.
    pub(crate) async fn shut_down(&self, deadline: Instant) -> Result<()> {
        self.room.close();
        self.closing.cancel();
        self.pumps.close();
        self.workers.close();
        let finished = tokio::time::timeout_at(deadline, self.workers.wait()).await;
        let lost = self.unfinished.load(Ordering::Relaxed);
        if finished.is_err() {
            self.abort.cancel();
            // A plain handler that blocks its thread cannot be stopped, only left behind.
            let _ = tokio::time::timeout(LAST_STEPS, self.workers.wait()).await;
        }
        self.lanes.clear();
        lock(&self.awaited).clear();
        let closed = self.inbox.close().await;
        self.tell_what_is_left().await;
        if finished.is_err() {
            let what = if self.is_durable {
                format!(
                    "{lost} handlers were broken off; their events are in the inbox, and are handled again"
                )
            } else {
                format!("{lost} accepted updates were not handled to the end")
            };
            let message = format!("the time for a graceful shutdown ran out: {what}");
            return Err(Error::new(ErrorKind::Shutdown, message));
        }
        closed
    }

    /// What memory holds is gone with the process.
    async fn tell_what_is_left(&self) {
        if self.is_durable {
            return;
        }
        match self.inbox.stats().await {
            Ok(stats) if stats.retrying + stats.dead > 0 => tracing::warn!(
                "lost with the process, because they were held in memory: {} events that waited for another attempt, {} dead \
                 letters; an inbox in a file keeps them (`BITCART_INBOX=events.db`)",
                stats.retrying,
                stats.dead,
            ),
            Ok(_) => {}
            Err(error) => tracing::warn!("{error}"),
        }
    }
}

/// As they come from a daemon, or by hand.
fn live(updates: Vec<Read>) -> Vec<Incoming> {
    let life = Life::new();
    updates.into_iter().map(|update| Incoming { update, origin: Origin::Live, life }).collect()
}

fn refused(reason: &str) -> Error {
    Error::new(ErrorKind::Refused, format!("the listener accepts no updates: {reason}"))
}

fn shutting_down() -> Error {
    refused("it is shutting down, or has been shut down")
}

/// The tokio runtime that the caller is in.
pub(crate) fn runtime() -> Result<Handle> {
    let message = "handlers run on a tokio runtime: call this from inside one, e.g. `#[tokio::main]`";
    Handle::try_current().map_err(|error| Error::new(ErrorKind::Refused, message).because(error))
}

/// A panic in a handler never happens while one of these is locked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
