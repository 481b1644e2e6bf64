//! From accepted updates to handlers: order within a lane, a bound on what runs and on what waits, and isolation.

mod batch;
mod facts;
mod lanes;
mod report;
mod room;
mod run;
mod sort;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use batch::Batch;
pub(crate) use batch::Ticket;
pub(crate) use facts::Life;
use facts::{Fact, Facts};
use lanes::Lanes;
pub use report::{Failed, Ignored, IgnoredReason, Rejected, RejectedReason, Report};
use room::Room;

use crate::handler::{HandlerError, Routes, States};
use crate::intake::Parcel;
use crate::source::{Lane, Source};
use crate::told::Told;
use crate::update::Malformed;
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
    room: Room,
    turns: Semaphore,
    lanes: Lanes<Job>,
    facts: Mutex<Facts>,
    told: Told,
    /// Apart, because a daemon may have any number of wallets that are not ours.
    strangers: Told,
    unfinished: AtomicUsize,
    workers: TaskTracker,
    abort: CancellationToken,
}

/// An update as it was read; what is none comes with the text that it should have been read from.
pub(crate) type Read = std::result::Result<Update, (Malformed, String)>;

/// The updates of one batch that share a lane.
struct Job {
    source: Source,
    updates: Vec<Accepted>,
    batch: Arc<Batch>,
}

/// An update that is to be handled.
struct Accepted {
    /// Its place among the updates that it came with.
    index: usize,
    update: Update,
    fact: Option<Fact>,
}

impl Dispatcher {
    pub(crate) fn new(routes: Routes, states: States, limits: Limits) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            routes,
            states: Arc::new(states),
            room: Room::new(limits.waiting),
            turns: Semaphore::new(limits.running),
            lanes: Lanes::default(),
            facts: Mutex::default(),
            told: Told::default(),
            strangers: Told::default(),
            unfinished: AtomicUsize::new(0),
            workers: TaskTracker::new(),
            abort: CancellationToken::new(),
        }
    }

    pub(crate) fn routes(&self) -> &Routes {
        &self.routes
    }

    /// Accepts updates if there is room now.
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
        self.put(source, &coin, updates, Life::new(), place)
    }

    /// A place for an update, if there is room now in its lane, for which so many are held elsewhere.
    #[cfg(feature = "websocket")]
    pub(crate) fn place_for(
        &self,
        source: &Source,
        update: Option<&Read>,
        held: usize,
    ) -> Result<OwnedSemaphorePermit> {
        let lane = update.and_then(|update| update.as_ref().ok()).map(|update| source.lane(update));
        self.room.try_take(held + lane.map_or(0, |lane| self.lanes.waiting(&lane)))
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
        self.enqueue(source, body, &parcel, Life::new(), place)
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

    /// Puts updates into their lanes, in their order, with a place that was reserved for them.
    pub(crate) fn enqueue(
        self: &Arc<Self>,
        source: &Source,
        body: &Arc<str>,
        parcel: &Parcel,
        life: Life,
        place: OwnedSemaphorePermit,
    ) -> Result<Ticket> {
        match self.read(source, body, parcel) {
            Ok((coin, updates)) => self.put(source, &coin, updates, life, place),
            Err(report) => Ok(Ticket::done(report)),
        }
    }

    /// Puts the updates of one wallet into their lanes, in their order.
    pub(crate) fn put(
        self: &Arc<Self>,
        source: &Source,
        coin: &Coin,
        updates: Vec<Read>,
        life: Life,
        place: OwnedSemaphorePermit,
    ) -> Result<Ticket> {
        let runtime = runtime()?;
        let mut report = Report::default();
        let total = updates.len();
        let jobs = self.sort(source, coin, updates, life, &mut report);
        let unfinished = total - report.total();
        self.unfinished.fetch_add(unfinished, Ordering::Relaxed);
        let room = self.room.fit(place, unfinished);
        let (batch, ticket) = Batch::new(report, total, room);
        for (lane, updates) in jobs {
            let count = updates.len();
            let job = Job { source: source.clone(), updates, batch: Arc::clone(&batch) };
            if self.lanes.push(lane.clone(), job, count) {
                let this = Arc::clone(self);
                let abort = self.abort.clone();
                let work = async move {
                    if abort.run_until_cancelled(this.work(&lane)).await.is_none() {
                        this.lanes.clear();
                    }
                };
                self.workers.spawn_on(work, &runtime);
            }
        }
        Ok(ticket)
    }

    /// The worker of one lane. It leaves when nothing waits there.
    async fn work(&self, lane: &Lane) {
        while let Some(job) = self.lanes.next(lane) {
            for accepted in &job.updates {
                // Never closed.
                let Ok(_turn) = self.turns.acquire().await else { return };
                self.handle(&job, accepted).await;
                self.lanes.handled(lane);
                self.room.freed();
                self.unfinished.fetch_sub(1, Ordering::Relaxed);
            }
        }
    }

    async fn handle(&self, job: &Job, Accepted { index, update, fact }: &Accepted) {
        let index = *index;
        let undelivered = || fact.iter().for_each(|fact| lock(&self.facts).release(fact));
        let Some(handler) = job.source.find(update.coin(), update.event(), &self.routes) else {
            undelivered();
            let event = update.event();
            self.told.once(&format!("no handler for {event}"), || {
                tracing::info!(currency = %update.currency(), "ignored updates of `{event}`: no handler is registered for it");
            });
            let ignored = Ignored { index, reason: IgnoredReason::NoHandler };
            return job.batch.note(|report| report.ignored.push(ignored));
        };
        let attempt = Arc::new(crate::handler::Attempt::new(
            [0; 16],
            crate::inbox::EventId(0),
            1,
            crate::inbox::Origin::Live,
            std::time::SystemTime::now(),
        ));
        let outcome = run::run(&handler, update, &attempt, &self.states, self.id).await;
        if outcome.is_err() {
            undelivered();
        }
        job.batch.note(|report| match outcome {
            Ok(()) => report.handled += 1,
            Err(HandlerError::Argument(error)) => {
                report.rejected.push(Rejected::argument(index, handler.info(), error));
            }
            Err(error) => report.failed.push(Failed { index, handler: handler.info(), error }),
        });
    }

    /// Stops accepting, and waits for what was accepted; what is not finished by then is given up, and said.
    pub(crate) async fn shut_down(&self, deadline: Instant) -> Result<()> {
        self.room.close();
        self.workers.close();
        if tokio::time::timeout_at(deadline, self.workers.wait()).await.is_ok() {
            return Ok(());
        }
        let lost = self.unfinished.load(Ordering::Relaxed);
        self.abort.cancel();
        // A plain handler that blocks its thread cannot be stopped, only left behind.
        let _ = tokio::time::timeout(LAST_STEPS, self.workers.wait()).await;
        self.lanes.clear();
        Err(Error::new(
            ErrorKind::Shutdown,
            format!(
                "the time for a graceful shutdown ran out: {lost} accepted updates were not handled to the end"
            ),
        ))
    }
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
