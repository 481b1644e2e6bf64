//! What is in the inbox and in no lane: what found no room when it came, what an earlier process left, what is due again.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, SystemTime};

use tokio::runtime::Handle;
use tokio::sync::{Notify, OwnedSemaphorePermit};

use super::{Accepted, Dispatcher, Job, lock, meter};
use crate::inbox::{Claimed, Claims, Verdict, WalletId};
use crate::source::Source;
use crate::{Coin, Currency, Update};

/// How many events are claimed at a time.
const MOST: usize = 1_024;
/// How often it is looked for what nobody told: a dead letter that was replayed by a tool, a clock that was set.
const LOOK: Duration = Duration::from_secs(10);

/// Decides who puts an event into its lane: the one who appends it, as long as nothing waits in the inbox before it;
/// otherwise the pump, in its turn.
pub(super) struct Backlog {
    /// Whether something may wait. Who appends holds it meanwhile, so that the order of decisions is that of the inbox.
    open: Mutex<bool>,
    is_durable: bool,
    /// How many batches were appended without being claimed, and how many of them are committed.
    unclaimed: AtomicU64,
    committed: AtomicU64,
    wake: Arc<Notify>,
    pumping: AtomicBool,
    due: Mutex<Option<SystemTime>>,
}

impl Backlog {
    /// A durable inbox may have something from an earlier process.
    pub(super) fn new(is_durable: bool) -> Self {
        Self {
            open: Mutex::new(is_durable),
            is_durable,
            unclaimed: AtomicU64::new(0),
            committed: AtomicU64::new(0),
            wake: Arc::default(),
            pumping: AtomicBool::new(false),
            due: Mutex::default(),
        }
    }

    /// Appends with the decision whether what is appended is claimed at once.
    pub(super) fn decide(&self, has_place: bool, append: impl FnOnce(bool)) {
        if !self.is_durable {
            return append(true);
        }
        let mut open = lock(&self.open);
        let claim = has_place && !*open;
        if !claim {
            *open = true;
            self.unclaimed.fetch_add(1, Ordering::AcqRel);
        }
        append(claim);
    }

    /// What was not claimed is stored now, or will never be.
    pub(super) fn appended(&self) {
        self.committed.fetch_add(1, Ordering::AcqRel);
        self.wake.notify_one();
    }

    /// Something is due at that time.
    pub(super) fn due_at(&self, time: SystemTime) {
        let mut due = lock(&self.due);
        if due.is_none_or(|known| time < known) {
            *due = Some(time);
            self.wake.notify_one();
        }
    }

    /// A claim has taken all that there was, after so many batches had been committed.
    fn is_claimed_up_to(&self, committed: u64) {
        let mut open = lock(&self.open);
        if self.unclaimed.load(Ordering::Acquire) == committed {
            // Everything that was appended without being claimed was committed before that claim.
            *open = false;
        }
    }

    /// Looks into the inbox soon.
    pub(super) fn look(&self) {
        self.wake.notify_one();
    }
}

impl Dispatcher {
    /// Starts the pump, unless it runs.
    pub(super) fn start_pump(self: &Arc<Self>, source: &Source, runtime: &Handle) {
        // Read first: that is cheap, and it mostly runs.
        if self.backlog.pumping.load(Ordering::Acquire) || self.backlog.pumping.swap(true, Ordering::AcqRel) {
            return;
        }
        // It keeps neither alive: a listener that is dropped ends it.
        let pump = Pump {
            dispatcher: Arc::downgrade(self),
            wake: Arc::clone(&self.backlog.wake),
            source: source.clone(),
        };
        let closing = self.closing.clone();
        self.pumps
            .spawn_on(async move { closing.run_until_cancelled(pump.run()).await.unwrap_or(()) }, runtime);
    }
}

impl Drop for Dispatcher {
    fn drop(&mut self) {
        // The pump looks, and finds that there is nobody to pump for.
        self.backlog.wake.notify_one();
    }
}

/// Claims what the inbox has, and puts it into the lanes.
struct Pump {
    dispatcher: Weak<Dispatcher>,
    wake: Arc<Notify>,
    source: Source,
}

impl Pump {
    async fn run(self) {
        while let Some(dispatcher) = self.dispatcher.upgrade() {
            let wait = dispatcher.pump(&self.source).await;
            drop(dispatcher);
            if let Some(wait) = wait {
                let _ = tokio::time::timeout(wait, self.wake.notified()).await;
            }
        }
    }
}

impl Dispatcher {
    /// Claims once; how long there is nothing to claim, as far as is known.
    async fn pump(self: &Arc<Self>, source: &Source) -> Option<Duration> {
        let committed = self.backlog.committed.load(Ordering::Acquire);
        *lock(&self.backlog.due) = None;
        let Some(mut places) = self.room.take_some(MOST).await else { return Some(LOOK) };
        let Claims { events, next_due } =
            match self.inbox.claim(places.num_permits(), self.policy.strict).await {
                Ok(claims) => claims,
                Err(error) => {
                    self.told.once(&error.to_string(), || tracing::error!("{error}"));
                    return Some(LOOK);
                }
            };
        let is_all = events.len() < places.num_permits();
        let coins = if events.is_empty() { HashMap::new() } else { by_id(source) };
        for claimed in events {
            let place = places.split(1);
            self.admit(claimed, source, &coins, place);
        }
        if !is_all {
            return None;
        }
        self.backlog.is_claimed_up_to(committed);
        if cfg!(feature = "metrics")
            && let Ok(stats) = self.inbox.stats().await
        {
            meter::stands(&stats);
        }
        let until = |due: SystemTime| due.duration_since(SystemTime::now()).unwrap_or_default();
        let known = *lock(&self.backlog.due);
        let wait = next_due.into_iter().chain(known).map(until).min();
        Some(wait.unwrap_or(LOOK).min(LOOK))
    }

    /// Puts a claimed event into its lane.
    fn admit(
        self: &Arc<Self>,
        claimed: Claimed,
        source: &Source,
        coins: &HashMap<(Currency, Option<WalletId>), Coin>,
        place: Option<OwnedSemaphorePermit>,
    ) {
        let event = &claimed.event;
        let dead = |error: String| {
            tracing::error!(
                currency = %event.currency, wallet = event.wallet.map(tracing::field::display), "a dead letter: {error}"
            );
            self.inbox.settle(&claimed, Verdict::Dead { error });
            meter::count(meter::DIED, event);
        };
        let Some(coin) = coins.get(&(event.currency, event.wallet)) else {
            return dead("its wallet is not listened to any more".to_owned());
        };
        let (body, part) = event.text.body();
        let update = match Update::parse(body, part, coin) {
            Ok(update) => update,
            Err(malformed) => return dead(malformed.to_string()),
        };
        let lane = source.lane(&update, self.policy.payments_apart);
        let (batch, index) = lock(&self.awaited).remove(&claimed.id).unzip();
        let accepted = Accepted { index: index.unwrap_or(0), update, claimed };
        let job = Job { source: source.clone(), updates: vec![accepted], batch, place };
        if let Ok(runtime) = super::runtime() {
            self.enter(lane, job, &runtime);
        }
    }
}

fn by_id(source: &Source) -> HashMap<(Currency, Option<WalletId>), Coin> {
    source.all_coins().into_iter().map(|coin| ((coin.currency(), coin.id()), coin)).collect()
}
