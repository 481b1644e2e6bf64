//! What happens at the daemon: payments, transactions, blocks, by chance.

use std::ops::Range;
use std::sync::Arc;

use anyhow::Result;
use bitcart_events::testing::{DaemonVersion, Emission, PaymentRequest, TestDaemon};
use fastrand::Rng;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::history::{Delivery, Emitted, Fate};
use crate::progress::Progress;
use crate::{WALLETS, what};

/// How far the daemon may be ahead. It keeps the last 100 events of a wallet and drops older ones, which would be its loss
/// and not ours.
const AHEAD: usize = 40;
/// So many may be in its queue meanwhile, if there is nobody who would be behind.
const QUEUED: usize = 40;
/// And so many in the victim's file. A daemon that is emptied by kills has far fewer.
const PENDING: usize = 400;
/// How many transactions a block has at most: each is told of again when it is mined, and more than once in a
/// reorganisation.
const IN_A_BLOCK: usize = 8;
/// Of a hundred steps, those that mine a block.
const MINE: Range<u32> = 80..96;
/// And the one that breaks off the websocket.
const LOST: u32 = 96;
/// How often in a hundred it waits until there is nothing to do any more.
const QUIET: u32 = 12;

pub struct Script {
    daemon: TestDaemon,
    delivery: Delivery,
    chance: Rng,
    progress: Arc<Progress>,
    /// How many events were emitted.
    emitted: watch::Sender<usize>,
    /// Requests that are not paid in full.
    requests: Vec<PaymentRequest>,
    /// How many transactions are in no block.
    unmined: usize,
}

/// The daemon that a delivery is made for.
pub async fn daemon(delivery: Delivery) -> Result<TestDaemon> {
    let version = match delivery {
        Delivery::Webhook => DaemonVersion::F39a98fe,
        Delivery::Websocket | Delivery::Polling => DaemonVersion::Current,
    };
    Ok(TestDaemon::builder().version(version).start().await?)
}

impl Script {
    pub fn new(daemon: TestDaemon, delivery: Delivery, seed: u64, progress: Arc<Progress>) -> Self {
        let chance = Rng::with_seed(seed);
        Self {
            daemon,
            delivery,
            chance,
            progress,
            emitted: watch::Sender::new(0),
            requests: Vec::new(),
            unmined: 0,
        }
    }

    /// How many events were emitted.
    pub fn emitted(&self) -> watch::Receiver<usize> {
        self.emitted.subscribe()
    }

    /// One thing after another happens, whenever the victim is not too far behind, until it is to stop.
    pub async fn run(&mut self, stop: &CancellationToken) -> Result<()> {
        while stop.run_until_cancelled(self.wait()).await.is_some() {
            self.step().await?;
        }
        Ok(())
    }

    async fn wait(&mut self) {
        for wallet in WALLETS {
            match self.delivery {
                // What comes before the daemon was asked for it is emitted to nobody.
                Delivery::Webhook => drop(self.daemon.wait_configured(wallet).await),
                Delivery::Websocket | Delivery::Polling => self.daemon.wait_loaded(wallet).await,
            }
        }
        self.wait_for_the_victim().await;
    }

    async fn step(&mut self) -> Result<()> {
        let what = self.chance.u32(..100);
        self.unmined += 1;
        match if self.unmined > IN_A_BLOCK { MINE.start } else { what } {
            0..40 => self.pay("0.5").await?,
            40..60 => self.pay("0.1").await?,
            60..80 => {
                let wallet = self.wallet();
                self.daemon.send(wallet, "0.25").await?;
            }
            what if MINE.contains(&what) => {
                self.daemon.mine(1).await;
                self.unmined = 0;
            }
            _ if self.delivery == Delivery::Webhook => self.daemon.mine(2).await,
            // A connection that breaks off while its victim lives: what comes meanwhile is only in the daemon's queue.
            LOST if self.delivery == Delivery::Websocket => self.daemon.drop_websockets().await,
            _ => self.daemon.reorganise(1).await,
        }
        self.emitted.send_replace(self.daemon.emissions().len());
        Ok(())
    }

    async fn pay(&mut self, amount: &str) -> Result<()> {
        if self.requests.len() < 3 {
            let wallet = self.wallet();
            self.requests.push(self.daemon.request(wallet, "0.5").await?);
        }
        let which = self.chance.usize(..self.requests.len());
        if let Some(request) = self.requests.get(which) {
            self.daemon.pay(&request.id, amount).await?;
        }
        if amount == "0.5" {
            self.requests.swap_remove(which);
        }
        Ok(())
    }

    fn wallet(&mut self) -> &'static str {
        WALLETS.get(self.chance.usize(..WALLETS.len())).copied().unwrap_or_default()
    }

    async fn wait_for_the_victim(&mut self) {
        let is_quiet = self.chance.u32(..100) < QUIET;
        let (ahead, queued) = if is_quiet { (0, 0) } else { (AHEAD, QUEUED) };
        let near = || {
            let emissions = self.daemon.emissions();
            let near = |wallet: &&str| {
                let behind = self.behind(&emissions, wallet);
                behind <= ahead || (behind <= PENDING && self.queued(&emissions, wallet) <= queued)
            };
            WALLETS.iter().all(near)
        };
        self.progress.until(near).await;
    }

    /// How many of a wallet's events were emitted after the last that was handled.
    fn behind(&self, emissions: &[Emission], wallet: &str) -> usize {
        let ours = emissions.iter().rev().filter(|emission| is_of(emission, wallet));
        let whats = ours.filter_map(|emission| what::of(&emission.json));
        whats.take_while(|what| !self.progress.has(what)).count()
    }

    /// How many wait at the daemon for `get_updates`.
    fn queued(&self, emissions: &[Emission], wallet: &str) -> usize {
        let is_queued = |emission: &&Emission| is_of(emission, wallet) && fate(emission) != Fate::Answered;
        emissions.iter().filter(is_queued).count().saturating_sub(self.daemon.drained(wallet))
    }

    /// One more event for each wallet; waits until the victim has handled it, and fetched what was waiting before it.
    pub async fn farewell(&mut self) -> Result<()> {
        let before = self.daemon.emissions().len();
        for wallet in WALLETS {
            self.daemon.send(wallet, "0.125").await?;
        }
        let last: Vec<String> = self
            .daemon
            .emissions()
            .iter()
            .skip(before)
            .filter_map(|emission| what::of(&emission.json))
            .collect();
        let done = || {
            let emissions = self.daemon.emissions();
            last.iter().all(|what| self.progress.has(what))
                && (self.delivery == Delivery::Websocket
                    || WALLETS.iter().all(|wallet| self.queued(&emissions, wallet) == 0))
        };
        self.progress.until(done).await;
        Ok(())
    }

    /// What the daemon emitted, as far as the victim has handlers for it.
    pub fn emissions(&self) -> Vec<Emitted> {
        let emitted = |emission: &Emission| {
            let what = what::of(&emission.json)?;
            Some(Emitted { wallet: emission.wallet.clone(), what, fate: fate(emission) })
        };
        self.daemon.emissions().iter().filter_map(emitted).collect()
    }
}

fn is_of(emission: &Emission, wallet: &str) -> bool {
    emission.wallet.is_empty() || emission.wallet == wallet
}

fn fate(emission: &Emission) -> Fate {
    use bitcart_events::testing::Fate as Theirs;
    match emission.fate {
        Theirs::Delivered { .. } => Fate::Answered,
        Theirs::Queued { .. } => Fate::Queued,
        Theirs::Sent { .. } => Fate::Sent,
        _ => Fate::Open,
    }
}
