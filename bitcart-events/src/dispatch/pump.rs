//! Claims what is in the inbox and in no lane: what found no room when it came, what an earlier process left, what is due
//! again.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use futures_util::FutureExt;
use futures_util::future::{Either, select};
use tokio::runtime::Handle;
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::absent::{Whose, whose};
use super::found::Found;
use super::{Accepted, Dispatcher, Ignored, IgnoredReason, Job, lock, meter};
use crate::inbox::{Claimed, Claims, Verdict};
use crate::source::{Lane, Source};
use crate::told::quietly;
use crate::troubles::Place;
use crate::{Coin, Update};

/// How many events are claimed at a time.
const MOST: usize = 1_024;
/// How often it is looked for what nobody told: a dead letter that was replayed by a tool, a clock that was set.
const LOOK: Duration = Duration::from_secs(10);
/// How soon a claim that failed is made again: those that are parked wait for it.
const AGAIN: Duration = Duration::from_secs(1);
/// Where it is that claims fail.
pub(super) const INBOX: Place<'_> = ("", None);

struct Pump {
    dispatcher: Weak<Dispatcher>,
    wake: Arc<Notify>,
    closing: CancellationToken,
    source: Source,
}

impl Pump {
    async fn run(self) {
        let mut counted: Option<Instant> = None;
        while let Some(dispatcher) = self.dispatcher.upgrade() {
            // A claim that was sent is never dropped: what it brings has to be released at least.
            let pumped = AssertUnwindSafe(dispatcher.pump(&self.source)).catch_unwind().await;
            // A panic is a mistake of ours; what it broke off comes with the next start.
            let wait = pumped.unwrap_or(Some(LOOK));
            if cfg!(feature = "metrics") && counted.is_none_or(|last| last.elapsed() >= LOOK) {
                counted = Some(Instant::now());
                if let Ok(stats) = dispatcher.inbox.stats().await {
                    meter::stands(&stats);
                }
            }
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
        // In a box: see `Orders::spawn`.
        runtime.spawn(self.pumps.track_future(pump.run()).boxed());
    }

    /// Claims once; how long there is nothing to claim, as far as is known.
    async fn pump(self: &Arc<Self>, source: &Source) -> Option<Duration> {
        let committed = self.backlog.committed();
        self.backlog.forget_due();
        let mut places = self.places().await?;
        let most = places.num_permits();
        let now = SystemTime::now();
        let Claims { events, next_due } = match self.inbox.claim(most, self.policy.strict).await {
            Ok(claims) => claims,
            Err(error) => {
                if let Some(trying) = self.troubles.met(INBOX, &error.to_string()) {
                    quietly(|| tracing::error!("{error}; {trying}"));
                }
                return Some(AGAIN);
            }
        };
        self.troubles.over(INBOX);
        let is_all = events.len() < most;
        let coins = if events.is_empty() { HashMap::new() } else { by_id(source) };
        for claimed in events {
            if self.closing.is_cancelled() {
                self.inbox.settle(&claimed, Verdict::Released);
            } else {
                self.admit(claimed, source, &coins, places.split(1), now);
            }
        }
        if !is_all {
            return None;
        }
        self.absent.ended(now);
        let parked = self.backlog.claimed_all(committed, &|lane, job| self.enter(lane, job));
        self.begin(parked, &Handle::current());
        let until = |due: SystemTime| due.duration_since(SystemTime::now()).unwrap_or_default().min(LOOK);
        let wait = |due: Option<SystemTime>| due.map_or(LOOK, until);
        Some(wait(next_due).min(wait(self.backlog.due())))
    }

    /// Waits for places, one for each event that is claimed then. Nothing when there will be none any more.
    ///
    /// Those that are parked may have all of them, and wait for what came before them: that has the reserve.
    async fn places(&self) -> Option<OwnedSemaphorePermit> {
        while !self.backlog.has_parked() {
            let (room, parked) = (pin!(self.room.take_some(MOST)), pin!(self.backlog.parked()));
            if let Either::Left((places, _)) = select(room, parked).await {
                return places;
            }
        }
        self.room.take_some_or_reserve(MOST).await
    }

    /// Puts a claimed event into its lane.
    fn admit(
        self: &Arc<Self>,
        claimed: Claimed,
        source: &Source,
        coins: &HashMap<Whose, Coin>,
        place: Option<OwnedSemaphorePermit>,
        now: SystemTime,
    ) {
        let event = &claimed.event;
        let wallet = (event.currency, event.wallet);
        if let Some(until) = self.absent.until(wallet, now)
            && coins.contains_key(&wallet)
        {
            // Behind those that were stored while nobody listened to it.
            return self.postpone(source, &claimed, until);
        }
        let awaited = lock(&self.awaited).remove(&claimed.id);
        let Some(coin) = coins.get(&wallet) else {
            let whose = event.wallet.map_or_else(|| "no wallet".to_owned(), |wallet| wallet.to_string());
            self.strangers.once(&format!("stored for {whose}"), || {
                tracing::warn!(
                    currency = %event.currency, wallet = whose,
                    "stored events are for a wallet that is not listened to; they wait until it is"
                );
            });
            if let Some((batch, index)) = awaited {
                batch.note(|report| report.ignored.push(Ignored { index, reason: IgnoredReason::Wallet }));
            }
            return self.postpone(source, &claimed, self.absent.wait(wallet, now));
        };
        let (body, part) = event.text.body();
        let update = match Update::parse(body, part, coin) {
            Ok(update) => update,
            Err(malformed) => {
                // It could be read when it was accepted: the event was of a schema that is gone.
                let error = malformed.to_string();
                quietly(|| {
                    tracing::error!(
                        id = claimed.id.0, currency = %event.currency, wallet = coin.wallet_shown(),
                        "{error}; it is a dead letter now"
                    );
                });
                meter::count(meter::DIED, coin, event.origin);
                return self.inbox.settle(&claimed, Verdict::Dead { error });
            }
        };
        for (lane, job) in self.backlog.parked_before(claimed.id) {
            self.enter_here(lane, job);
        }
        let lane = source.lane(update.coin(), update.said(), self.policy.payments_apart);
        let (batch, index) = awaited.unzip();
        let accepted = Accepted::of(&claimed, index.unwrap_or(0), update);
        let (source, updates, found) = (source.clone(), vec![accepted], Found::default());
        self.enter_here(lane, Job { source, updates, found, batch, place });
    }

    /// From inside the pump, which is on the runtime.
    fn enter_here(self: &Arc<Self>, lane: Lane, job: Job) {
        self.begin(self.enter(lane, job), &Handle::current());
    }
}

impl Drop for Pump {
    fn drop(&mut self) {
        // Its runtime may have ended before its listener: another one pumps then.
        if let Some(dispatcher) = self.dispatcher.upgrade() {
            dispatcher.is_pumping.store(false, Ordering::Release);
        }
    }
}

impl Drop for Dispatcher {
    fn drop(&mut self) {
        // The pump looks, and finds that there is nobody to pump for.
        self.backlog.wake.notify_one();
    }
}

fn by_id(source: &Source) -> HashMap<Whose, Coin> {
    let mut coins = HashMap::new();
    for coin in source.all_coins() {
        coins.insert(whose(&coin), coin);
    }
    coins
}
