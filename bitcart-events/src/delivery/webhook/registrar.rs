//! Keeps the daemons informed of where to post, and fetches what waits at them.
//!
//! A daemon keeps the address in memory, so it forgets it when it restarts (Bitcart `edda6711`, read in code and seen),
//! and does not say so. Telling it again is harmless: the address replaces itself.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::dispatch::{self, Dispatcher};
use crate::source::Source;
use crate::{Coin, Currency, Error, ErrorKind, Listener, Result, intake};

/// How long `configure_webhook` waits for the daemons' first answers.
pub(super) const FIRST_ANSWER: Duration = Duration::from_secs(5);
/// After a refusal the daemons are asked soon, but a flood of forged requests must not become a flood of calls.
const CALM: Duration = Duration::from_secs(1);
/// How many wallets are registered at the same time.
const CALLS: usize = 32;
/// How many different troubles are remembered as told.
const MANY_TROUBLES: usize = 100;

/// The tasks that keep every wallet registered. They end when it is dropped.
pub(crate) struct Registrar {
    tasks: TaskTracker,
    stopped: DropGuard,
    failures: mpsc::Receiver<Error>,
    /// Closed when every wallet had its first answer.
    first: mpsc::Receiver<()>,
}

/// What every wallet's task needs.
struct Desk {
    source: Source,
    dispatcher: Arc<Dispatcher>,
    url: String,
    interval: Duration,
    refusals: watch::Receiver<u64>,
    calls: Semaphore,
    failures: mpsc::Sender<Error>,
    told_without_webhooks: AtomicBool,
    /// What is wrong with the daemons now: said once, not once for each wallet and attempt.
    troubles: Mutex<HashSet<String>>,
}

impl Registrar {
    pub(super) fn start(listener: &Listener, url: String) -> Result<Self> {
        dispatch::runtime()?;
        let receiver = &listener.parts.webhook;
        let (failures, failed) = mpsc::channel(1);
        let (first_answers, first) = mpsc::channel(1);
        let desk = Desk {
            source: listener.source.clone(),
            dispatcher: Arc::clone(&listener.parts.dispatcher),
            url,
            interval: receiver.settings.register_every,
            refusals: receiver.refusals.subscribe(),
            calls: Semaphore::new(CALLS),
            failures,
            told_without_webhooks: AtomicBool::new(false),
            troubles: Mutex::default(),
        };
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        tasks.spawn(supervise(Arc::new(desk), tasks.clone(), stop.clone(), first_answers));
        tasks.close();
        Ok(Self { tasks, stopped: stop.drop_guard(), failures: failed, first })
    }

    /// Waits until every wallet had its first answer, or one was refused for good.
    pub(super) async fn first_round(&mut self) -> Result<()> {
        tokio::select! {
            biased;
            Some(error) = self.failures.recv() => Err(error),
            // Nothing is ever sent: the channel closes when the last task has its answer.
            _ = self.first.recv() => self.failures.try_recv().map_or(Ok(()), Err),
        }
    }

    /// Ready only if a daemon refuses the login.
    pub(super) async fn failed(&mut self) -> Error {
        match self.failures.recv().await {
            Some(error) => error,
            None => std::future::pending().await,
        }
    }

    /// Ends after the calls that are under way: an answer of `get_updates` must not be dropped.
    pub(super) async fn stop(self, deadline: Instant) {
        drop(self.stopped);
        if tokio::time::timeout_at(deadline, self.tasks.wait()).await.is_err() {
            tracing::warn!(
                "a daemon has not answered before the shutdown's deadline; updates in its answer are lost"
            );
        }
    }
}

/// Starts a task for each wallet, also for those that are added later, and stops those of removed ones.
async fn supervise(desk: Arc<Desk>, tasks: TaskTracker, stop: CancellationToken, first: mpsc::Sender<()>) {
    let mut first = Some(first);
    let mut running: HashMap<(Currency, Option<String>), CancellationToken> = HashMap::new();
    loop {
        // Asked for before the wallets are read, so that no change falls between.
        let changed = async {
            match &desk.source {
                Source::Coin(_) => std::future::pending().await,
                Source::Manager(manager) => manager.changed().await,
            }
        };
        let mut changed = std::pin::pin!(changed);
        let _ = futures_util::poll!(changed.as_mut());
        let coins = desk.source.coins();
        let key = |coin: &Coin| (coin.currency(), coin.wallet().map(str::to_owned));
        let wanted: HashSet<_> = coins.iter().map(key).collect();
        running.retain(|known, stop| {
            let keep = wanted.contains(known);
            if !keep {
                stop.cancel();
            }
            keep
        });
        for coin in coins {
            running.entry(key(&coin)).or_insert_with(|| {
                let own_stop = stop.child_token();
                tasks.spawn(keep_registered(Arc::clone(&desk), coin, own_stop.clone(), first.clone()));
                own_stop
            });
        }
        first = None;
        tokio::select! {
            () = changed => {}
            () = stop.cancelled() => return,
        }
    }
}

/// One wallet's task.
async fn keep_registered(
    desk: Arc<Desk>,
    coin: Coin,
    stop: CancellationToken,
    first: Option<mpsc::Sender<()>>,
) {
    let mut first = first;
    let mut refusals = desk.refusals.clone();
    let growing = || {
        ExponentialBuilder::default()
            .with_jitter()
            .with_max_delay(Duration::from_secs(30))
            .without_max_times()
    };
    let mut waits = growing().build();
    let (mut ever_answered, mut in_trouble) = (false, false);
    while !stop.is_cancelled() {
        let started = Instant::now();
        refusals.mark_unchanged();
        let wait = match desk.round(&coin, &stop).await {
            Ok(()) => {
                if !ever_answered || in_trouble {
                    desk.tell_registered(&coin);
                }
                (ever_answered, in_trouble) = (true, false);
                waits = growing().build();
                desk.interval
            }
            Err(error) if error.kind() == ErrorKind::Unauthorized && !ever_answered => {
                tracing::error!(wallet = coin.wallet_shown(), "{error}; not trying again");
                // The first one is enough; the channel holds it.
                let _ = desk.failures.try_send(error);
                return;
            }
            Err(_) if stop.is_cancelled() => return,
            Err(error) => {
                in_trouble = true;
                desk.tell_trouble(&coin, &error);
                waits.next().unwrap_or(desk.interval)
            }
        };
        first = None;
        let due = async {
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = refusals.changed() => tokio::time::sleep_until(started + CALM.min(desk.interval)).await,
            }
        };
        stop.run_until_cancelled(due).await;
    }
    drop(first);
}

impl Desk {
    /// Tells the daemon where to post a wallet's events, and fetches those that wait.
    async fn round(&self, coin: &Coin, stop: &CancellationToken) -> Result<()> {
        // This can be broken off at any point: telling a daemon twice is harmless.
        let prepare = async {
            if let Ok(_turn) = self.calls.acquire().await {
                self.subscribe(coin).await?;
                self.configure(coin).await?;
            }
            // Not within the turn: what follows may take as long as the daemon likes.
            self.dispatcher.reserve().await
        };
        match stop.run_until_cancelled(prepare).await {
            Some(place) => self.drain(coin, place?).await,
            None => Ok(()),
        }
    }

    /// Without it the daemons before October 2020 deliver and keep nothing; those after do not have it. Only events
    /// with a handler are asked for, so that no others push them out of the daemon's queue of 100.
    async fn subscribe(&self, coin: &Coin) -> Result<()> {
        let registered = self.dispatcher.routes().handlers();
        let mut events: Vec<_> =
            registered.cloned().chain(self.source.added()).map(|handler| handler.event()).collect();
        events.sort_by_key(|event| event.name());
        events.dedup();
        let names: Vec<_> = events
            .iter()
            .filter(|event| !event.schema().sent.current_only)
            .map(|event| event.name())
            .collect();
        match coin.call("subscribe", json!({ "events": names })).await {
            Err(error) if is_unknown_method(&error) => Ok(()),
            answer => answer.map(|_| ()),
        }
    }

    async fn configure(&self, coin: &Coin) -> Result<()> {
        match coin.call("configure_notifications", json!({ "notification_url": self.url })).await {
            Err(error) if is_unknown_method(&error) => {
                if !self.told_without_webhooks.swap(true, Ordering::Relaxed) {
                    tracing::warn!(
                        "{} pushes no webhooks, because it is newer than October 2020; its events are fetched every {:?}",
                        coin.client().who(),
                        self.interval,
                    );
                }
                Ok(())
            }
            answer => answer.map(|_| ()),
        }
    }

    /// Fetches what waits at the daemon. It forgets them with its answer, so there is room before it is asked, and the
    /// call is never given up.
    async fn drain(&self, coin: &Coin, place: OwnedSemaphorePermit) -> Result<()> {
        let Some(wallet) = coin.wallet() else { return Ok(()) };
        let answer = coin.client().get_updates(wallet).await?;
        let mut parcel = intake::read_any(&answer).map_err(|error| {
            Error::new(ErrorKind::Connection, format!("{}: `get_updates`: {error}", coin.client().who()))
        })?;
        if parcel.updates.is_empty() {
            return Ok(());
        }
        tracing::info!(currency = %coin.currency(), wallet = coin.wallet_shown(), "{} updates were waiting at the daemon", parcel.updates.len());
        parcel.wallet = Some(wallet.to_owned());
        parcel.currency = Some(coin.currency().code().to_owned());
        // Their handlers run while the next ones are fetched.
        self.dispatcher.enqueue(&self.source, &answer.into(), parcel, place).map(drop)
    }
}

impl Desk {
    fn tell_registered(&self, coin: &Coin) {
        let who = coin.client().who();
        tracing::info!(wallet = coin.wallet_shown(), "registered with {who}");
        self.troubles().retain(|trouble| !trouble.starts_with(&who));
    }

    fn tell_trouble(&self, coin: &Coin, error: &Error) {
        let trouble = error.to_string();
        let mut troubles = self.troubles();
        if troubles.len() >= MANY_TROUBLES {
            troubles.clear();
        }
        if troubles.insert(trouble.clone()) {
            tracing::warn!(wallet = coin.wallet_shown(), "{trouble}; trying again until it works");
        } else {
            tracing::debug!(wallet = coin.wallet_shown(), "{trouble}");
        }
    }

    fn troubles(&self) -> MutexGuard<'_, HashSet<String>> {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_unknown_method(error: &Error) -> bool {
    error.daemon().is_some_and(crate::DaemonError::is_unknown_method)
}
