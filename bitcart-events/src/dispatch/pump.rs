//! Claims what is in the inbox and in no lane: what found no room when it came, what an earlier process left, what is due
//! again.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use tokio::runtime::Handle;
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio_util::sync::CancellationToken;

use super::{Accepted, Dispatcher, Job, lock, meter};
use crate::inbox::{Claimed, Claims, Verdict, WalletId};
use crate::source::Source;
use crate::{Coin, Currency, Update};

/// How many events are claimed at a time; and how many even without room, when others with a place wait for them.
const MOST: usize = 1_024;
const LEAST: usize = 64;
/// How often it is looked for what nobody told: a dead letter that was replayed by a tool, a clock that was set.
const LOOK: Duration = Duration::from_secs(10);

struct Pump {
    dispatcher: Weak<Dispatcher>,
    wake: Arc<Notify>,
    closing: CancellationToken,
    source: Source,
}

impl Pump {
    async fn run(self) {
        while let Some(dispatcher) = self.dispatcher.upgrade() {
            // A claim that was sent is never dropped: what it brings has to be released at least.
            let wait = dispatcher.pump(&self.source).await;
            drop(dispatcher);
            if self.closing.is_cancelled() {
                return;
            }
            if let Some(wait) = wait {
                let woken = tokio::time::timeout(wait, self.wake.notified());
                self.closing.run_until_cancelled(woken).await;
            }
        }
    }
}

impl Dispatcher {
    /// Starts the pump, unless it runs.
    pub(super) fn start_pump(self: &Arc<Self>, source: &Source, runtime: &Handle) {
        // Read first: that is cheap, and it mostly runs.
        if self.is_pumping.load(Ordering::Acquire) || self.is_pumping.swap(true, Ordering::AcqRel) {
            return;
        }
        // It keeps neither alive: a listener that is dropped ends it.
        let pump = Pump {
            dispatcher: Arc::downgrade(self),
            wake: Arc::clone(&self.backlog.wake),
            closing: self.closing.clone(),
            source: source.clone(),
        };
        self.pumps.spawn_on(pump.run(), runtime);
    }

    /// Claims once; how long there is nothing to claim, as far as is known.
    async fn pump(self: &Arc<Self>, source: &Source) -> Option<Duration> {
        let committed = self.backlog.committed();
        self.backlog.forget_due();
        let (mut places, most) = if self.backlog.is_closing() {
            let places = self.room.take_now(MOST)?;
            let most = places.num_permits().max(LEAST);
            (places, most)
        } else {
            let places = self.room.take_some(MOST).await?;
            let most = places.num_permits();
            (places, most)
        };
        let Claims { events, next_due } = match self.inbox.claim(most, self.policy.strict).await {
            Ok(claims) => claims,
            Err(error) => {
                self.told.once(&error.to_string(), || tracing::error!("{error}"));
                return Some(LOOK);
            }
        };
        let is_all = events.len() < most;
        let coins = if events.is_empty() { HashMap::new() } else { by_id(source) };
        for claimed in events {
            if self.closing.is_cancelled() {
                self.inbox.settle(&claimed, Verdict::Released);
            } else {
                let place = if places.num_permits() > 0 { places.split(1) } else { None };
                self.admit(claimed, source, &coins, place);
            }
        }
        if !is_all {
            return None;
        }
        self.backlog.claimed_all(committed, |(lane, job)| self.enter_here(lane, job));
        if cfg!(feature = "metrics")
            && let Ok(stats) = self.inbox.stats().await
        {
            meter::stands(&stats);
        }
        let until = |due: SystemTime| due.duration_since(SystemTime::now()).unwrap_or_default();
        let wait = next_due.into_iter().chain(self.backlog.due()).map(until).min();
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
        for (lane, job) in self.backlog.parked_before(claimed.id) {
            self.enter_here(lane, job);
        }
        let lane = source.lane(&update, self.policy.payments_apart);
        let (batch, index) = lock(&self.awaited).remove(&claimed.id).unzip();
        let accepted = Accepted { index: index.unwrap_or(0), update, claimed };
        self.enter_here(lane, Job { source: source.clone(), updates: vec![accepted], batch, place });
    }

    /// From inside the pump, which is on the runtime.
    fn enter_here(self: &Arc<Self>, lane: crate::source::Lane, job: Job) {
        self.enter(lane, job, &Handle::current());
    }
}

impl Drop for Dispatcher {
    fn drop(&mut self) {
        // The pump looks, and finds that there is nobody to pump for.
        self.backlog.wake.notify_one();
    }
}

fn by_id(source: &Source) -> HashMap<(Currency, Option<WalletId>), Coin> {
    source.all_coins().into_iter().map(|coin| ((coin.currency(), coin.id()), coin)).collect()
}
