//! The tasks of one delivery: one for each wallet or currency, also for those that are added later.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::desk::Desk;
use crate::runtime::runtime;
use crate::shutdown::{Occupied, Shutdown, unanswered};
use crate::source::Source;
use crate::{Coin, Error, ErrorKind, Result};

/// How long the delivery before this one is waited for: a daemon that keeps one of its calls waiting holds nothing up for longer.
const ENDING: Duration = Duration::from_secs(10);

/// The tasks that do the work. They are told to stop when it is dropped.
pub(crate) struct Crew {
    tasks: TaskTracker,
    #[cfg(feature = "webhook")]
    stop: CancellationToken,
    stop_when_dropped: DropGuard,
    failure: Arc<Failure>,
    _occupied: Occupied,
}

/// What each of the tasks is given.
#[derive(Clone)]
pub(crate) struct Orders {
    pub(crate) stop: CancellationToken,
    /// Nobody wants to know when the crew is gone.
    failure: Weak<Failure>,
    /// Whoever stops the crew waits for each task.
    _task: TaskTrackerToken,
    /// So does whoever shuts the listener down, also if nobody waits for the crew any more.
    _running: TaskTrackerToken,
}

/// The first task, with its orders.
pub(crate) type Work<'a> = Box<dyn FnOnce(Orders) -> BoxFuture<'static, ()> + 'a>;

/// Something that was begun for a key.
struct Begun {
    key: usize,
    /// Kept, so that no other one is taken for it.
    _coin: Coin,
    stop: CancellationToken,
    is_wanted: bool,
}

/// The first failure for good.
#[derive(Default)]
struct Failure {
    first: Mutex<Option<Error>>,
    told: Notify,
}

impl Failure {
    /// Whether it is the first.
    fn note(&self, error: Error) -> bool {
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = first.is_none();
        first.get_or_insert(error);
        drop(first);
        self.told.notify_one();
        is_first
    }

    fn take(&self) -> Option<Error> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Crew {
    /// Starts the first task, which may start others.
    pub(crate) fn start(desk: &Desk, shutdown: &Shutdown, work: Work<'_>) -> Result<Self> {
        let (crew, orders, before) = Self::new(desk, shutdown)?;
        let work = work(orders.clone());
        crew.begin(desk, orders, before, work);
        Ok(crew)
    }

    /// Without a task; with those of the delivery before it that may still have an answer.
    fn new(desk: &Desk, shutdown: &Shutdown) -> Result<(Self, Orders, Option<TaskTracker>)> {
        runtime()?;
        desk.dispatcher.check_open()?;
        let occupied = shutdown.occupy().ok_or_else(|| {
            let message = "the listener has a delivery already: an event that is fetched from a daemon's queue by one is not \
                           there for another; build one listener, and choose one of webhook, websocket and polling";
            Error::new(ErrorKind::Refused, message)
        })?;
        let failure = Arc::<Failure>::default();
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        // An inbox in memory keeps no answers.
        let before = shutdown.relieve(&tasks).filter(|_| desk.dispatcher.is_durable());
        let orders = Orders {
            stop: stop.clone(),
            failure: Arc::downgrade(&failure),
            _task: tasks.token(),
            _running: shutdown.running(),
        };
        let crew = Self {
            tasks,
            #[cfg(feature = "webhook")]
            stop: stop.clone(),
            stop_when_dropped: stop.drop_guard(),
            failure,
            _occupied: occupied,
        };
        Ok((crew, orders, before))
    }

    fn begin(&self, desk: &Desk, orders: Orders, before: Option<TaskTracker>, work: BoxFuture<'static, ()>) {
        let (dispatcher, source) = (Arc::clone(&desk.dispatcher), desk.source.clone());
        let starting = orders.clone();
        let first = async move {
            // What it has stored and not yet made events of is not left over.
            if let Some(before) = before {
                let _ = tokio::time::timeout(ENDING, before.wait()).await;
            }
            // What an earlier process accepted comes before what is new.
            match dispatcher.resume(&source).await {
                Ok(()) => work.await,
                Err(error) => starting.fail(error),
            }
        };
        orders.spawn(first.boxed());
        self.tasks.close();
    }

    /// Ready only if one of the tasks failed for good.
    pub(crate) async fn failed(&mut self) -> Error {
        loop {
            if let Some(error) = self.failure.take() {
                return error;
            }
            self.failure.told.notified().await;
        }
    }

    /// What failed until now.
    #[cfg(feature = "webhook")]
    pub(crate) fn failure(&mut self) -> Option<Error> {
        self.failure.take()
    }

    /// Cancelled when it is time to stop.
    #[cfg(feature = "webhook")]
    pub(crate) fn stop_token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Ends after the calls that are under way: an answer of `get_updates` must not be dropped. An error means that one
    /// was not answered by then.
    pub(crate) async fn stop(self, deadline: Instant) -> Result<()> {
        drop(self.stop_when_dropped);
        tokio::time::timeout_at(deadline, self.tasks.wait()).await.map_err(|_| unanswered())
    }
}

impl Orders {
    /// Starts a task. If it panics the whole crew fails, instead of seeming to be at work.
    pub(crate) fn spawn(&self, work: BoxFuture<'static, ()>) {
        // In a box, so that what a runtime needs for a task is compiled once, not for each kind of work: the code of a
        // program is most of the memory that it holds while it waits.
        tokio::spawn(self.clone().watch_over(work).boxed());
    }

    async fn watch_over(self, work: BoxFuture<'static, ()>) {
        if AssertUnwindSafe(work).catch_unwind().await.is_err() {
            let message =
                "a task of the listener panicked: this is a mistake in bitcart-events, please report it";
            self.fail(Error::new(ErrorKind::Connection, message));
        }
    }

    /// There is no use in going on. The first failure is enough. It is logged too: who started the delivery in a task may look at its
    /// result much later.
    pub(crate) fn fail(&self, error: Error) {
        let Some(failure) = self.failure.upgrade() else { return };
        let message = error.to_string();
        if failure.note(error) {
            tracing::error!("{message}; not trying again");
        }
    }

    /// The same with a stop of its own.
    pub(crate) fn child(&self) -> Self {
        Self { stop: self.stop.child_token(), ..self.clone() }
    }

    /// Begins something for each key that a coin has, also for coins that are added later; what was begun is told to
    /// stop when the last coin of its key is removed. The first coin of a key is kept until then, so that no other one is taken
    /// for it.
    pub(crate) async fn for_each(
        &self,
        source: &Source,
        key: &(dyn Fn(&Coin) -> Option<usize> + Sync),
        begin: &(dyn Fn(Coin, Self) + Sync),
    ) {
        // In the order of their keys.
        let mut all: Vec<Begun> = Vec::new();
        let mut changes = source.changes();
        loop {
            // Before the wallets are read, so that no change falls between.
            changes.mark_unchanged();
            let coins = source.coins();
            for coin in &coins {
                let Some(key) = key(coin) else { continue };
                if let Some(begun) = place(&all, key).ok().and_then(|at| all.get_mut(at)) {
                    begun.is_wanted = true;
                }
            }
            all.retain_mut(|begun| {
                let keep = std::mem::take(&mut begun.is_wanted);
                if !keep {
                    begun.stop.cancel();
                }
                keep
            });
            for coin in coins {
                let Some(key) = key(&coin) else { continue };
                let Err(at) = place(&all, key) else { continue };
                let orders = self.child();
                let (_coin, stop) = (coin.clone(), orders.stop.clone());
                all.insert(at, Begun { key, _coin, stop, is_wanted: false });
                begin(coin, orders);
            }
            // A single coin never changes: its sender is gone, and only the stop is waited for.
            let changed = async {
                if changes.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            if self.stop.run_until_cancelled(changed.boxed()).await.is_none() {
                return;
            }
        }
    }
}

/// Where something was begun for a key, or where it would stand.
fn place(all: &[Begun], key: usize) -> std::result::Result<usize, usize> {
    all.binary_search_by_key(&key, |begun| begun.key)
}
