//! One currency's websocket: opened, and opened again whenever it is lost.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::time::Instant;

use super::hook::{Hook, Reconnected};
use super::ledger::Ledger;
use super::memory::Memory;
use super::session::{End, Session};
use crate::delivery::crew::Orders;
use crate::delivery::desk::Desk;
use crate::delivery::polling;
use crate::waits::Waits;
use crate::{Coin, Error, ErrorKind};

/// How often the wallets of a daemon without a websocket are asked.
const POLLING: Duration = Duration::from_secs(5);
/// How often such a daemon is asked whether it has one by now.
const LOOK_AGAIN: Duration = Duration::from_secs(10 * 60);
/// How long the last station of the same currency is waited for.
const ENDING: Duration = Duration::from_secs(10);
/// After a connection that lasted so long the waits are short again.
const LASTING: Duration = Duration::from_secs(30);

pub(super) struct Station {
    pub(super) desk: Arc<Desk>,
    pub(super) memory: Arc<Memory>,
    pub(super) hook: Option<Hook>,
    /// Any of the currency: they share the way to the daemon.
    pub(super) coin: Coin,
    pub(super) orders: Orders,
}

/// The time without a socket.
struct Away {
    since: Instant,
    attempts: u32,
    reason: String,
}

impl Station {
    pub(super) async fn run(self) {
        // When its last wallet is removed a station goes on to its last answer, which comes before all that is fetched for one that
        // comes back. A daemon that keeps it holds nothing up for longer.
        let turn = self.memory.turn(self.coin.currency()).acquire_owned();
        let _turn = self.orders.stop.run_until_cancelled(tokio::time::timeout(ENDING, turn)).await;
        let (desk, memory) = (Arc::clone(&self.desk), Arc::clone(&self.memory));
        let mut ledger = Ledger::new(desk, memory, self.coin.currency(), self.orders.clone());
        self.load(&mut ledger).await;
        let (stop, daemon) = (&self.orders.stop, self.coin.client());
        let (mut waits, mut away, mut ever_opened) = (Waits::new(), None::<Away>, false);
        let mut in_trouble = None;
        loop {
            // In memory of its own, which is free again when there is a socket: in here it would stay, and four times as large.
            let mut opened = None;
            let open = async { opened = stop.run_until_cancelled(daemon.open_socket()).await };
            ledger.meanwhile(open.boxed()).await;
            let Some(opened) = opened else { break };
            let opened = match opened {
                // A daemon does not lose its websocket: somebody else answered.
                Ok(None) if ever_opened => {
                    let message = format!("{} answers 404 for its websocket", daemon.who());
                    Err(Error::new(ErrorKind::Connection, message))
                }
                opened => opened,
            };
            match opened {
                Ok(Some(socket)) => {
                    if !std::mem::replace(&mut ever_opened, true) {
                        self.look_at_generation();
                    }
                    let opened = Instant::now();
                    let session = Session::new(socket, &mut ledger, stop, || {
                        self.tell_opened(away.take(), in_trouble.take());
                    });
                    let reason = match session.run().await {
                        End::Stopped => break,
                        End::DaemonShutDown => {
                            ledger.forget();
                            "the daemon shuts down".to_owned()
                        }
                        End::Lost(reason) => {
                            ledger.disconnected();
                            reason
                        }
                    };
                    if opened.elapsed() >= LASTING {
                        waits = Waits::new();
                    }
                    tracing::warn!("lost the websocket of {}: {reason}; connecting again", daemon.who());
                    if away.is_none() {
                        away = Some(Away { since: Instant::now(), attempts: 0, reason });
                    }
                }
                Ok(None) => {
                    in_trouble = None;
                    ledger.leave_queues(LOOK_AGAIN);
                    ledger.meanwhile(self.poll_instead().boxed()).await;
                }
                Err(error) if self.desk.is_refused(&self.coin, &error) => {
                    self.orders.fail(error);
                    break;
                }
                Err(error) => {
                    in_trouble.get_or_insert_with(Instant::now);
                    self.desk.tell_trouble(daemon, None, &error);
                }
            }
            if let Some(away) = &mut away {
                away.attempts = away.attempts.saturating_add(1);
            }
            let wait = tokio::time::sleep(waits.next());
            ledger.meanwhile(self.until_stopped(wait.boxed())).await;
            if ledger.is_in_doubt() {
                self.load(&mut ledger).await;
            }
        }
        ledger.finish().await;
    }

    /// Waits until the inbox can be written, and takes what it keeps.
    async fn load(&self, ledger: &mut Ledger) {
        let mut waits = Waits::new();
        while !self.orders.stop.is_cancelled()
            && self.desk.dispatcher.writable(&self.orders.stop).await.is_some()
        {
            match ledger.load().await {
                Ok(()) => return,
                Err(error) => self.desk.tell_trouble(self.coin.client(), None, &error),
            }
            self.until_stopped(tokio::time::sleep(waits.next()).boxed()).await;
        }
    }

    /// The daemon sends to the socket.
    fn tell_opened(&self, away: Option<Away>, in_trouble: Option<Instant>) {
        let in_trouble = away.as_ref().map(|away| away.since).or(in_trouble);
        self.desk.tell_well(&self.coin, None, "listening to the websocket of", in_trouble);
        let (Some(Away { since, attempts, reason }), Some(hook)) = (away, self.hook.clone()) else { return };
        let currency = self.coin.currency();
        let reconnected = Reconnected { currency, away: since.elapsed(), attempts, reason };
        let told = async move { hook.call(reconnected).await };
        // The user's code: its panic ends its own task, and its length holds nothing up. In a box: see `Orders::spawn`.
        tokio::spawn(self.until_stopped(told.boxed()));
    }

    /// A daemon of October 2020 has a websocket, and no `/spec`. It labels each event with every loaded wallet in turn
    /// (`edda6711`, capture `webhook_ws`: two-wallets-sub-w2), which only an operator can do something about.
    fn look_at_generation(&self) {
        let coin = self.coin.clone();
        let look = async move {
            if matches!(coin.spec().await, Ok(None)) {
                tracing::warn!(
                    "{} is of October 2020: with several wallets its websocket names the wrong ones; take the webhook",
                    coin.client().who(),
                );
            }
        };
        self.orders.spawn(self.until_stopped(look.boxed()));
    }

    fn until_stopped(&self, work: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
        let stop = self.orders.stop.clone();
        let until_stopped = async move {
            stop.run_until_cancelled(work).await;
        };
        until_stopped.boxed()
    }

    /// For a while: then the daemon may be a newer one.
    async fn poll_instead(&self) {
        let who = self.coin.client().who();
        self.desk.tell_once(&format!(
            "{who} answers 404 for its websocket, as daemons older than October 2020 do: its events are polled, at least every {POLLING:?}"
        ));
        let orders = self.orders.child();
        let polling =
            polling::poll(Arc::clone(&self.desk), POLLING, Some(self.coin.currency()), orders.clone());
        // Once it is over, the calls under way end by themselves.
        let _ = tokio::time::timeout(LOOK_AGAIN, polling).await;
        orders.stop.cancel();
    }
}
