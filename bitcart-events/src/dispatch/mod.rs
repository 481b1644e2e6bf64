//! From accepted updates to handlers: order within a lane, a bound on what runs and on what waits, and isolation.

mod batch;
mod facts;
mod lanes;
mod report;
mod run;

use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
#[cfg(feature = "websocket")]
use tokio::sync::TryAcquireError;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use batch::Batch;
pub(crate) use batch::Ticket;
pub(crate) use facts::Life;
use facts::{Fact, Facts, Repeated};
use lanes::Lanes;
pub use report::{Failed, Ignored, IgnoredReason, Rejected, RejectedReason, Report};

use crate::field::excerpt;
use crate::handler::{HandlerError, Routes, States};
use crate::intake::Parcel;
use crate::source::{Lane, Source, Unasked};
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
    room: Arc<Semaphore>,
    turns: Semaphore,
    lanes: Lanes<Job>,
    facts: Mutex<Facts>,
    told: Told,
    unfinished: AtomicUsize,
    /// Told after each update that was handled.
    progress: Notify,
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
            room: Arc::new(Semaphore::new(limits.waiting)),
            turns: Semaphore::new(limits.running),
            lanes: Lanes::default(),
            facts: Mutex::default(),
            told: Told::default(),
            unfinished: AtomicUsize::new(0),
            progress: Notify::new(),
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
        let place = self.place_for(source, updates.first())?;
        self.put(source, &coin, updates, Life::new(), place)
    }

    /// A place for an update, if there is room now in its lane.
    #[cfg(feature = "websocket")]
    pub(crate) fn place_for(&self, source: &Source, update: Option<&Read>) -> Result<OwnedSemaphorePermit> {
        let full = || refused("too many updates wait already");
        if let Some(Ok(update)) = update
            && !self.has_room(&source.lane(update))
        {
            return Err(full());
        }
        Arc::clone(&self.room).try_acquire_owned().map_err(|error| match error {
            TryAcquireError::Closed => shutting_down(),
            TryAcquireError::NoPermits => full(),
        })
    }

    /// A lane may hold as many updates as there are places left, so one that is slow takes at most half of all, and leaves
    /// room to the others.
    #[cfg(feature = "polling")]
    fn has_room(&self, lane: &Lane) -> bool {
        self.lanes.waiting(lane) <= self.room.available_permits()
    }

    /// Whether there is room in a wallet's lane.
    #[cfg(feature = "websocket")]
    pub(crate) fn has_room_for(&self, coin: &Coin) -> bool {
        self.has_room(&Lane::of(coin))
    }

    /// Waits until there is room in a wallet's lane.
    #[cfg(feature = "polling")]
    pub(crate) async fn reserve_for(&self, coin: &Coin) -> Result<OwnedSemaphorePermit> {
        let lane = Lane::of(coin);
        loop {
            let mut progress = std::pin::pin!(self.progress.notified());
            // Before the look, so that nothing that is handled in between is missed.
            progress.as_mut().enable();
            if self.room.is_closed() || self.has_room(&lane) {
                return self.reserve().await;
            }
            progress.await;
        }
    }

    /// Accepts updates as soon as there is room.
    pub(crate) async fn accept(
        self: &Arc<Self>,
        source: &Source,
        body: &Arc<str>,
        parcel: Parcel,
    ) -> Result<Ticket> {
        let place = self.reserve().await?;
        self.enqueue(source, body, &parcel, Life::new(), place)
    }

    /// Waits until there is room. Whoever has one place may bring a whole batch, which then takes as many more as it
    /// needs, up to half of those that are left: a batch is never too large, and the next one waits.
    async fn reserve(&self) -> Result<OwnedSemaphorePermit> {
        Arc::clone(&self.room).acquire_owned().await.map_err(|_| shutting_down())
    }

    fn take_more(&self, mut place: OwnedSemaphorePermit, updates: usize) -> OwnedSemaphorePermit {
        let more = updates.saturating_sub(1).min(self.room.available_permits() / 2);
        let more = u32::try_from(more)
            .ok()
            .and_then(|more| Arc::clone(&self.room).try_acquire_many_owned(more).ok());
        if let Some(more) = more {
            place.merge(more);
        }
        place
    }

    /// Whether it has been shut down: there is no way back.
    #[cfg(feature = "polling")]
    pub(crate) fn check_open(&self) -> Result<()> {
        if self.room.is_closed() { Err(shutting_down()) } else { Ok(()) }
    }

    /// Fails outside a tokio runtime, and inside a handler of this dispatcher, which would wait for itself.
    pub(crate) fn check_caller(&self) -> Result<()> {
        if run::inside(self.id) {
            return Err(Error::new(
                ErrorKind::Reentrant,
                "`process_updates` was called from inside a handler of the same listener, and would wait for itself; \
                 return from the handler first, or spawn a task that nobody waits for",
            ));
        }
        runtime().map(|_| ())
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

    /// Reads the updates of a wallet that is listened to; all others are ignored, and that is the report.
    pub(crate) fn read(
        &self,
        source: &Source,
        body: &Arc<str>,
        parcel: &Parcel,
    ) -> std::result::Result<(Coin, Vec<Read>), Report> {
        let coin = source.resolve(parcel).map_err(|unasked| {
            self.told.once(&unasked.to_string(), || tracing::warn!("ignored updates: {unasked}"));
            let reason = match unasked {
                Unasked::Wallet(_) => IgnoredReason::Wallet,
                Unasked::Currency(_) => IgnoredReason::Currency,
                Unasked::NoCurrency => IgnoredReason::NoCurrency,
            };
            let ignored = (0..parcel.updates.len()).map(|index| Ignored { index, reason }).collect();
            Report { ignored, ..Report::default() }
        })?;
        let read = |raw: &Range<usize>| {
            let text = |malformed| (malformed, body.get(raw.clone()).unwrap_or_default().to_owned());
            Update::parse(body, raw.clone(), &coin).map_err(text)
        };
        let updates = parcel.updates.iter().map(read).collect();
        Ok((coin, updates))
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
        let room = self.take_more(place, total);
        let jobs = self.sort(source, coin, updates, life, &mut report);
        self.unfinished.fetch_add(total - report.total(), Ordering::Relaxed);
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

    /// The updates that are to be handled, by lane; what became of the others goes to the report.
    fn sort(
        &self,
        source: &Source,
        coin: &Coin,
        updates: Vec<Read>,
        life: Life,
        report: &mut Report,
    ) -> Vec<(Lane, Vec<Accepted>)> {
        let mut facts = lock(&self.facts);
        let mut jobs: Vec<(Lane, Vec<Accepted>)> = Vec::new();
        for (index, update) in updates.into_iter().enumerate() {
            let update = match update {
                Ok(update) => update,
                Err((malformed, raw)) => {
                    self.sort_out(index, malformed, &raw, coin, report);
                    continue;
                }
            };
            let lane = source.lane(&update);
            match facts.claim(&update, &lane, life) {
                Ok(fact) => {
                    let accepted = Accepted { index, update, fact };
                    match jobs.iter_mut().find(|(known, _)| *known == lane) {
                        Some((_, updates)) => updates.push(accepted),
                        None => jobs.push((lane, vec![accepted])),
                    }
                }
                Err(Repeated) => {
                    tracing::debug!(currency = %coin.currency(), update = excerpt(update.raw()), "delivered before");
                    report.repeated.push(index);
                }
            }
        }
        jobs
    }

    /// An update that no handler could take.
    fn sort_out(&self, index: usize, malformed: Malformed, raw: &str, coin: &Coin, report: &mut Report) {
        let (currency, wallet) = (coin.currency(), coin.wallet_shown());
        if let Malformed::UnknownEvent { name } = &malformed {
            self.told.once(name, || {
                tracing::warn!(%currency, wallet, event = %name, "ignored updates of an unknown event");
            });
            report.ignored.push(Ignored { index, reason: IgnoredReason::UnknownEvent });
        } else {
            tracing::warn!(%currency, wallet, update = excerpt(raw), "rejected: {malformed}");
            report.rejected.push(Rejected::malformed(index, malformed));
        }
    }

    /// The worker of one lane. It leaves when nothing waits there.
    async fn work(&self, lane: &Lane) {
        while let Some(job) = self.lanes.next(lane) {
            for accepted in &job.updates {
                // Never closed.
                let Ok(_turn) = self.turns.acquire().await else { return };
                self.handle(&job, accepted).await;
                self.lanes.handled(lane);
                self.progress.notify_waiters();
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
                tracing::warn!(currency = %update.currency(), "ignored updates of `{event}`: no handler is registered for it");
            });
            let ignored = Ignored { index, reason: IgnoredReason::NoHandler };
            return job.batch.note(|report| report.ignored.push(ignored));
        };
        let outcome = run::run(&handler, update, &self.states, self.id).await;
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
        self.progress.notify_waiters();
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
