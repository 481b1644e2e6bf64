//! Delivery by polling, for every daemon: `get_updates`, again and again, for each wallet.
//!
//! The answer is destructive and the daemon keeps the last 100 events of a wallet in memory (`065c8421`, capture
//! `eth_rpc`: get_updates-again, get_updates-150-blocks-cap). So a call that was sent is never given up, there is room for
//! its answer before it is sent, and the answer is accepted whole before anything of it is handled.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::crew::{Crew, Orders};
use super::desk::Desk;
use crate::inbox::Life;
use crate::waits::Waits;
use crate::{ApiManager, Coin, Currency, Listener, ListenerBuilder, Result};

/// How much sooner than the interval a wallet is asked again that had events a moment ago.
const SOONER: u32 = 8;
/// Less would be a busy loop, more no polling.
const SHORTEST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// With so many events in an answer the daemon's queue of 100 may overflow soon: it is asked again at once.
const MANY: usize = 50;

/// Asks for one wallet's events until it is told to stop.
struct Poller {
    desk: Arc<Desk>,
    coin: Coin,
    interval: Duration,
    /// Whether the daemon has `subscribe`; unknown after a trouble, because it may be another daemon then.
    subscribes: Option<bool>,
    life: Life,
}

impl Poller {
    async fn run(mut self, orders: Orders) {
        let (mut waits, mut wait) = (Waits::new(), self.interval);
        let (mut ever_answered, mut in_trouble) = (false, None);
        if let Err(error) = self.desk.take_leftover(&self.coin, self.life).await {
            return self.desk.tell_trouble(self.coin.client(), self.coin.wallet_shown(), &error);
        }
        while !orders.stop.is_cancelled() {
            match self.poll(&orders.stop).await {
                Ok(updates) => {
                    if !ever_answered || in_trouble.is_some() {
                        self.desk.tell_well(&self.coin, self.coin.wallet_shown(), "polling", in_trouble);
                        self.desk.missed(&self.coin);
                    }
                    self.desk.compare(&self.coin, &orders);
                    (ever_answered, in_trouble, waits) = (true, None, Waits::new());
                    wait = match updates {
                        MANY.. => Duration::ZERO,
                        1.. => self.interval / SOONER,
                        0 => (wait * 2).clamp(self.interval / SOONER, self.interval),
                    };
                }
                Err(_) if orders.stop.is_cancelled() => return,
                Err(error) if self.desk.is_refused(&self.coin, &error) => return orders.fail(error),
                Err(error) => {
                    in_trouble.get_or_insert_with(Instant::now);
                    self.subscribes = None;
                    self.desk.tell_trouble(self.coin.client(), self.coin.wallet_shown(), &error);
                    wait = waits.next().max(self.interval);
                }
            }
            orders.stop.run_until_cancelled(tokio::time::sleep(wait).boxed()).await;
        }
    }

    /// Asks once; how many updates there were.
    async fn poll(&mut self, stop: &CancellationToken) -> Result<usize> {
        if self.subscribes != Some(false) {
            let subscribed = stop.run_until_cancelled(self.desk.subscribe(&self.coin).boxed()).await;
            self.subscribes = subscribed.transpose()?;
        }
        let updates = self.desk.drain(&self.coin, stop, self.life).await?;
        if updates == 0 {
            // A daemon that was restarted answers with nothing when it is first asked (`065c8421`, capture `eth_rpc`:
            // get_updates-initial), and what comes then may be transactions that it sends again.
            self.life = Life::new();
        }
        Ok(updates)
    }
}

/// Asks for the events of a source's wallets, of one currency only if that is said, until it is told to stop.
pub(super) async fn poll(desk: Arc<Desk>, interval: Duration, only: Option<Currency>, orders: Orders) {
    let key = |coin: &Coin| {
        let wanted = only.is_none_or(|currency| currency == coin.currency());
        wanted.then(|| coin.identity())
    };
    let begin = |coin: Coin, orders: Orders| {
        let desk = Arc::clone(&desk);
        let poller = Poller { desk, coin, interval, subscribes: None, life: Life::new() };
        orders.clone().spawn(poller.run(orders).boxed());
    };
    orders.for_each(&desk.source, &key, &begin).await;
}

impl Listener {
    /// Polls until Ctrl-C or SIGTERM, or the listener's own signal: for every daemon, old and new.
    ///
    /// Each wallet's `get_updates` is called at least once in each `interval`, eight times as often while it has events,
    /// and at once again after an answer of 50 or more, because a daemon keeps the last 100 events of a wallet and drops
    /// older ones without a word (capture `eth_rpc`: get_updates-150-blocks-cap). An answer of 100 is logged for that
    /// reason. The interval is a millisecond at least and a day at most. A daemon that cannot be reached is tried again
    /// with growing waits, and that is logged, every ten minutes as long as it lasts.
    ///
    /// # What can be lost
    /// What the daemon drops from its queue, and what it forgets when it is restarted: the queue is in its memory. An
    /// answer that is lost on its way is gone too. A websocket loses less; see the table in the
    /// [crate's documentation](crate#deliveries).
    ///
    /// As events, that is: what the daemon's state still shows of it is delivered
    /// [from there](ListenerBuilder::reconcile_every).
    ///
    /// # Errors
    /// When a daemon does not accept the login when it is first asked, which ends it for all currencies; when the listener has
    /// a delivery already; or when the deadline of the shutdown passed.
    pub async fn polling(&self, interval: Duration) -> Result<()> {
        let interval = interval.clamp(SHORTEST, LONGEST);
        let desk = self.desk();
        let work = |orders| poll(Arc::clone(&desk), interval, None, orders).boxed();
        let crew = Crew::start(&desk, &self.parts.shutdown, Box::new(work))?;
        self.run(crew).await
    }
}

impl ListenerBuilder {
    /// Builds the listener and polls until Ctrl-C or SIGTERM; see [`Listener::polling`].
    ///
    /// # Errors
    /// As [`build`](Self::build) and [`Listener::polling`].
    pub async fn polling(self, interval: Duration) -> Result<()> {
        self.build()?.polling(interval).await
    }
}

macro_rules! by_polling {
    ($($source:ident)*) => { $(
        impl $source {
            /// Polls until Ctrl-C or SIGTERM; see [`Listener::polling`].
            ///
            /// # Errors
            /// As there, and when the registered handlers do not fit together.
            #[doc(alias = "start_polling")]
            pub async fn poll_updates(&self, interval: Duration) -> Result<()> {
                self.own_listener()?.polling(interval).await
            }
        }
    )* };
}
by_polling!(Coin ApiManager);
