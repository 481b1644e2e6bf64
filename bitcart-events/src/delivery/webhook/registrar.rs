//! Keeps the daemons informed of where to post, and fetches what waits at them.
//!
//! A daemon keeps the address in memory, so it forgets it when it restarts (Bitcart `edda6711`, read in code and seen),
//! and does not say so. Telling it again is harmless: the address replaces itself.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::delivery::crew::{Crew, Orders};
use crate::delivery::desk::Desk;
use crate::delivery::websocket::Stations;
use crate::inbox::Life;
use crate::waits::Waits;
use crate::{Coin, Listener, Result, json};

/// How long `configure_webhook` waits for the daemons' first answers.
pub(super) const FIRST_ANSWER: Duration = Duration::from_secs(5);
/// After a refusal the daemons are asked soon, but a flood of forged requests must not become a flood of calls.
const CALM: Duration = Duration::from_secs(1);

/// The tasks that keep every wallet registered. They end when it is dropped.
pub(crate) struct Registrar {
    pub(super) crew: Crew,
    wallets: u32,
    /// One for each wallet that had its first answer, or a first call that failed.
    answered: Arc<Semaphore>,
}

impl Registrar {
    pub(super) fn start(listener: &Listener, url: String) -> Result<Self> {
        let receiver = &listener.parts.webhook;
        let desk = listener.desk();
        let wallets = u32::try_from(desk.source.coins().len()).unwrap_or(u32::MAX);
        let answered = Arc::new(Semaphore::new(0));
        let team = Arc::new(Team {
            stations: Stations::new(listener, Arc::clone(&desk)),
            desk: Arc::clone(&desk),
            url,
            interval: receiver.settings.register_every,
            refusals: receiver.refusals.subscribe(),
            answered: Arc::clone(&answered),
        });
        let work = |orders| supervise(team, orders).boxed();
        let crew = Crew::start(&desk, &listener.parts.shutdown, Box::new(work))?;
        Ok(Self { crew, wallets, answered })
    }

    /// Waits until every wallet had its first answer, or one was refused for good.
    pub(super) async fn first_round(&mut self) -> Result<()> {
        tokio::select! {
            biased;
            error = self.crew.failed() => Err(error),
            _ = self.answered.acquire_many(self.wallets) => self.crew.failure().map_or(Ok(()), Err),
        }
    }

    pub(super) async fn stop(self, deadline: Instant) -> Result<()> {
        self.crew.stop(deadline).await
    }
}

/// What every wallet's task shares.
struct Team {
    desk: Arc<Desk>,
    url: String,
    interval: Duration,
    refusals: watch::Receiver<()>,
    answered: Arc<Semaphore>,
    /// For the daemons that push no webhooks.
    stations: Stations,
}

async fn supervise(team: Arc<Team>, all: Orders) {
    let begin = |coin: Coin, orders: Orders| {
        let work = Arc::clone(&team).keep_registered(coin, orders.clone(), all.clone());
        orders.spawn(work.boxed());
    };
    all.for_each(&team.desk.source, &|coin| Some(coin.identity()), &begin).await;
}

impl Team {
    /// One wallet's task.
    async fn keep_registered(self: Arc<Self>, coin: Coin, orders: Orders, all: Orders) {
        let coin = &coin;
        let (mut waits, mut refusals) = (Waits::new(), self.refusals.clone());
        let (mut had_a_round, mut ever_answered, mut in_trouble) = (false, false, None);
        while !orders.stop.is_cancelled() {
            let started = Instant::now();
            refusals.mark_unchanged();
            let round = match self.round(coin, &orders.stop).await {
                // Before it counts as an answer: whoever waits for all of them gets the error.
                Err(error) if self.desk.is_refused(coin, &error) => return orders.fail(error),
                round => round,
            };
            if !std::mem::replace(&mut had_a_round, true) {
                self.answered.add_permits(1);
            }
            let wait = match round {
                Ok(false) => return self.stations.open(coin, &all),
                Ok(true) => {
                    if !ever_answered || in_trouble.is_some() {
                        self.desk.tell_well(coin, coin.wallet_shown(), "registered with", in_trouble);
                        self.desk.missed(coin);
                    }
                    self.desk.compare(coin, &orders);
                    (ever_answered, in_trouble, waits) = (true, None, Waits::new());
                    self.interval
                }
                Err(_) if orders.stop.is_cancelled() => return,
                Err(error) => {
                    in_trouble.get_or_insert_with(Instant::now);
                    self.desk.tell_trouble(coin.client(), coin.wallet_shown(), &error);
                    waits.next()
                }
            };
            let due = async {
                if tokio::time::timeout(wait, refusals.changed()).await.is_ok() {
                    tokio::time::sleep_until(started + CALM.min(self.interval)).await;
                }
            };
            orders.stop.run_until_cancelled(due.boxed()).await;
        }
    }

    /// Tells the daemon where to post a wallet's events, and fetches those that wait. Whether it posts at all.
    async fn round(&self, coin: &Coin, stop: &CancellationToken) -> Result<bool> {
        // This can be broken off at any point: telling a daemon twice is harmless.
        let register = async {
            self.desk.subscribe(coin).await?;
            let url = json::object(&mut [("notification_url", self.url.as_str().into())]);
            self.desk.has(coin, "configure_notifications", url).await
        };
        let posts = stop.run_until_cancelled(register.boxed()).await.transpose()?.unwrap_or(true);
        if posts {
            self.desk.take_leftover(coin, Life::new()).await?;
            self.desk.drain(coin, stop, Life::new()).await?;
        }
        Ok(posts)
    }
}
