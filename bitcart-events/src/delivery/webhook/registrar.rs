//! Keeps the daemons informed of where to post, and fetches what waits at them.
//!
//! A daemon keeps the address in memory, so it forgets it when it restarts (Bitcart `edda6711`, read in code and seen),
//! and does not say so. Telling it again is harmless: the address replaces itself.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use super::desk::Desk;
use crate::{Coin, Currency, Error, ErrorKind, Listener, Result, dispatch};

/// How long `configure_webhook` waits for the daemons' first answers.
pub(super) const FIRST_ANSWER: Duration = Duration::from_secs(5);
/// After a refusal the daemons are asked soon, but a flood of forged requests must not become a flood of calls.
const CALM: Duration = Duration::from_secs(1);

/// The tasks that keep every wallet registered. They end when it is dropped.
pub(crate) struct Registrar {
    tasks: TaskTracker,
    stopped: DropGuard,
    failures: mpsc::Receiver<Error>,
    /// Closed when every wallet had its first answer.
    first: mpsc::Receiver<()>,
}

impl Registrar {
    pub(super) fn start(listener: &Listener, url: String) -> Result<Self> {
        dispatch::runtime()?;
        let receiver = &listener.parts.webhook;
        let (failures, failed) = mpsc::channel(1);
        let (first_answers, first) = mpsc::channel(1);
        let team = Team {
            desk: Desk::new(listener, url),
            interval: receiver.settings.register_every,
            refusals: receiver.refusals.subscribe(),
            failures,
        };
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        tasks.spawn(supervise(Arc::new(team), tasks.clone(), stop.clone(), first_answers));
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

/// What every wallet's task shares.
struct Team {
    desk: Desk,
    interval: Duration,
    refusals: watch::Receiver<u64>,
    failures: mpsc::Sender<Error>,
}

/// Starts a task for each wallet, also for those that are added later, and stops those of removed ones.
async fn supervise(team: Arc<Team>, tasks: TaskTracker, stop: CancellationToken, first: mpsc::Sender<()>) {
    let mut first = Some(first);
    let mut running: HashMap<(Currency, Option<String>), CancellationToken> = HashMap::new();
    let mut changes = team.desk.source.changes();
    loop {
        // Before the wallets are read, so that no change falls between.
        changes.mark_unchanged();
        let coins = team.desk.source.coins();
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
                tasks.spawn(keep_registered(Arc::clone(&team), coin, own_stop.clone(), first.clone()));
                own_stop
            });
        }
        first = None;
        // A single coin never changes: its sender is gone, and only the stop is waited for.
        let changed = async {
            if changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        if stop.run_until_cancelled(changed).await.is_none() {
            return;
        }
    }
}

/// One wallet's task.
async fn keep_registered(
    team: Arc<Team>,
    coin: Coin,
    stop: CancellationToken,
    first: Option<mpsc::Sender<()>>,
) {
    let mut first = first;
    let mut refusals = team.refusals.clone();
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
        let wait = match team.desk.round(&coin, &stop).await {
            Ok(()) => {
                if !ever_answered || in_trouble {
                    team.desk.tell_registered(&coin);
                }
                (ever_answered, in_trouble) = (true, false);
                waits = growing().build();
                team.interval
            }
            Err(error) if error.kind() == ErrorKind::Unauthorized && !ever_answered => {
                tracing::error!(wallet = coin.wallet_shown(), "{error}; not trying again");
                // The first one is enough; the channel holds it.
                let _ = team.failures.try_send(error);
                return;
            }
            Err(_) if stop.is_cancelled() => return,
            Err(error) => {
                in_trouble = true;
                team.desk.tell_trouble(&coin, &error);
                waits.next().unwrap_or(team.interval)
            }
        };
        first = None;
        let due = async {
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = refusals.changed() => tokio::time::sleep_until(started + CALM.min(team.interval)).await,
            }
        };
        stop.run_until_cancelled(due).await;
    }
    drop(first);
}
