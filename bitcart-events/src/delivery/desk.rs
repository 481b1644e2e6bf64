//! One wallet at its daemon: asking for its events, and fetching those that wait.

mod calls;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use calls::Calls;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::by_currency::Each;
use crate::client::Client;
use crate::dispatch::{Delivered, Dispatcher, Few, Incoming};
use crate::inbox::{Life, Origin, Received, ReceivedId};
use crate::intake::Parcel;
use crate::source::Source;
#[cfg(feature = "websocket")]
use crate::told::Told;
use crate::troubles::{Lasting, Troubles};
use crate::waits::Waits;
use crate::{Coin, Error, ErrorKind, Event, Result, event, intake, json};

/// Wallets that are compared with their daemons leave room to all else.
const LOOKS: usize = 4;
/// A daemon may keep a call waiting until its wallet is synced; such a call keeps no other one waiting.
const SLOW: Duration = Duration::from_secs(10);
/// The most that a daemon's queue holds, unless its operator wants otherwise (`065c8421`, capture `eth_rpc`:
/// get_updates-150-blocks-cap).
const FULL: usize = 100;
/// An answer without updates.
const NOTHING: &str = "[]";

/// Talks to the daemons for the wallets of one listener.
pub(crate) struct Desk {
    pub(crate) source: Source,
    pub(crate) dispatcher: Arc<Dispatcher>,
    /// How many wallets are compared with their daemons at the same time.
    pub(crate) looks: Semaphore,
    /// To the daemon of each currency.
    calls: Each<Calls>,
    /// What the daemons are like.
    #[cfg(feature = "websocket")]
    facts: Told,
    /// What is wrong with the daemons now: not said once for each wallet and attempt.
    troubles: Troubles,
}

/// What waited at the daemon for a wallet, and a place for it.
pub(crate) struct Answer {
    pub(crate) text: Arc<str>,
    pub(crate) parcel: Parcel<'static>,
    pub(crate) place: OwnedSemaphorePermit,
    /// Under which the inbox keeps the text until events are made of it.
    pub(crate) received: Option<ReceivedId>,
}

impl Desk {
    pub(crate) fn new(source: Source, dispatcher: Arc<Dispatcher>) -> Self {
        dispatcher.watch().start();
        Self {
            source,
            dispatcher,
            looks: Semaphore::new(LOOKS),
            calls: Each::default(),
            #[cfg(feature = "websocket")]
            facts: Told::default(),
            troubles: Troubles::default(),
        }
    }

    /// Without it the daemons before October 2020 deliver and keep nothing; those after do not have it. Only events
    /// with a handler are asked for, so that no others push them out of the daemon's queue of 100. Whether the daemon
    /// has it.
    pub(crate) async fn subscribe(&self, coin: &Coin) -> Result<bool> {
        let routes = self.dispatcher.routes();
        let mut names = Vec::new();
        for schema in event::EVENTS {
            if !schema.sent.current_only && self.source.find(coin, Event::new(schema), routes).is_some() {
                names.push(schema.name);
            }
        }
        self.has(coin, "subscribe", json::object(&mut [("events", json::texts(&names))])).await
    }

    /// Calls a method that not every daemon has. Whether this one has it.
    pub(crate) async fn has(&self, coin: &Coin, method: &str, parameters: Value) -> Result<bool> {
        let calls = self.calls.of(coin.currency());
        // Never closed.
        let _turn = calls.all.acquire().await;
        match coin.call(method, parameters).await {
            Err(error) if error.daemon().is_some_and(crate::DaemonError::is_unknown_method) => Ok(false),
            answer => answer.map(|_| true),
        }
    }

    /// Takes what waits at the daemon; `None` if it was told to stop before it asked.
    ///
    /// The daemon forgets what it answers. So there is room before it is asked, and once it was asked this goes on to the
    /// answer: never drop it. `asks` is awaited when the daemon is about to be asked, and says whether it shall be.
    pub(crate) async fn fetch(
        &self,
        coin: &Coin,
        stop: &CancellationToken,
        asks: BoxFuture<'_, bool>,
    ) -> Result<Option<Answer>> {
        // Room first: waiting for it must not take a turn from others.
        let Some(()) = self.dispatcher.writable(stop).await else { return Ok(None) };
        let calls = self.calls.of(coin.currency());
        let (mut place, mut turn) = (None, None);
        let prepare = async {
            place = Some(self.dispatcher.reserve_for(coin).await);
            turn = Some(calls.all.acquire().await);
        };
        stop.run_until_cancelled(prepare.boxed()).await;
        let (Some(place), Some(turn)) = (place, turn) else { return Ok(None) };
        let place = place?;
        if !asks.await {
            return Ok(None);
        }
        let mut call = std::pin::pin!(coin.get_updates());
        let is_slow = async {
            tokio::time::sleep(SLOW).await;
            calls.slow.acquire().await
        };
        let answer = tokio::select! {
            answer = call.as_mut() => answer,
            // It leaves its turn to another one, if there are not too many like it.
            _slow = is_slow => {
                drop(turn);
                call.await
            }
        };
        let text: Arc<str> = answer?.into();
        let received = self.keep(coin, &text).await;
        self.open(coin, text, place, received).map(Some)
    }

    /// Keeps an answer before anything in it is looked at. The daemon has forgotten it, so there is no giving up.
    async fn keep(&self, coin: &Coin, text: &Arc<str>) -> Option<ReceivedId> {
        if !self.dispatcher.is_durable() || text.trim() == NOTHING {
            return None;
        }
        let mut waits = Waits::new();
        loop {
            let received =
                Received { currency: coin.currency(), wallet: coin.id(), text: Arc::clone(text).into() };
            let id = self.dispatcher.number();
            match self.dispatcher.keep(id, received, Vec::new(), None).await {
                Ok(Ok(())) => return Some(id),
                // The inbox is closed: there is nothing to keep it with.
                Ok(Err(_)) if self.dispatcher.check_open().is_err() => return None,
                Ok(Err(error)) => {
                    self.tell_trouble(coin.client(), coin.wallet_shown(), &error);
                    tokio::time::sleep(waits.next()).await;
                }
                Err(_) => return None,
            }
        }
    }

    /// What was fetched for a wallet and no events were made of, by an earlier process or because it was not listened to.
    fn leftover(&self, coin: &Coin) -> Vec<(ReceivedId, Received)> {
        let wanted = |received: &Received| {
            received.wallet.is_some() && received.currency == coin.currency() && received.wallet == coin.id()
        };
        self.dispatcher.leftover(&wanted)
    }

    /// Accepts it.
    pub(crate) async fn take_leftover(&self, coin: &Coin, life: Life) -> Result<()> {
        for (id, received) in self.leftover(coin) {
            match self.again(coin, id, &received) {
                Ok(answer) => self.take(coin, answer, life).await?,
                Err(error) => self.tell_trouble(coin.client(), coin.wallet_shown(), &error),
            }
        }
        Ok(())
    }

    /// An answer that was kept.
    pub(crate) fn again(&self, coin: &Coin, id: ReceivedId, received: &Received) -> Result<Answer> {
        let (text, _) = received.text.body();
        self.open(coin, Arc::clone(text), self.dispatcher.reserve_nothing()?, Some(id))
    }

    /// Looks where the updates are in an answer.
    fn open(
        &self,
        coin: &Coin,
        text: Arc<str>,
        place: OwnedSemaphorePermit,
        received: Option<ReceivedId>,
    ) -> Result<Answer> {
        let parcel = match intake::read_any(&text) {
            Ok(Parcel { updates, table, from_daemon, .. }) => {
                let wallet = coin.wallet().map(|wallet| wallet.to_owned().into());
                let currency = Some(coin.currency().code().into());
                Parcel { updates, table, wallet, currency, from_daemon }
            }
            Err(error) => {
                let message = format!("{}: `get_updates`: {error}", coin.client().who());
                self.dispatcher.bury(coin, text, received, &message);
                return Err(Error::new(ErrorKind::Connection, message));
            }
        };
        let waited = parcel.updates.len();
        if waited >= FULL {
            self.missed(coin);
            tracing::warn!(
                currency = %coin.currency(), wallet = coin.wallet_shown(),
                "{waited} updates were waiting at the daemon, which keeps the last {FULL}: older ones may have been dropped",
            );
        } else if waited > 0 {
            tracing::debug!(currency = %coin.currency(), wallet = coin.wallet_shown(), "updates were waiting at the daemon: {waited}");
        }
        Ok(Answer { text, parcel, place, received })
    }

    /// Fetches what waits at the daemon and accepts it; how much it was. Its handlers run while the next are fetched. Never
    /// drop it, as [`fetch`](Self::fetch).
    pub(crate) async fn drain(&self, coin: &Coin, stop: &CancellationToken, life: Life) -> Result<usize> {
        let Some(answer) = self.fetch(coin, stop, std::future::ready(true).boxed()).await? else {
            return Ok(0);
        };
        let count = answer.parcel.updates.len();
        self.take(coin, answer, life).await?;
        Ok(count)
    }

    /// Accepts an answer. What is kept and could not be accepted is taken up again by the next process.
    async fn take(&self, coin: &Coin, answer: Answer, life: Life) -> Result<()> {
        let Answer { text, parcel, place, received } = answer;
        let is_empty = parcel.updates.is_empty();
        let Ok((coin, updates)) = self.dispatcher.read(&self.source, &text, parcel) else {
            // The wallet was removed meanwhile.
            if !is_empty {
                let answer = Received { currency: coin.currency(), wallet: coin.id(), text: text.into() };
                self.dispatcher.leave(received, answer);
            }
            return Ok(());
        };
        let (mut waits, mut place) = (Waits::new(), place);
        loop {
            let taken = received.map_or_else(Vec::new, |id| vec![id]);
            let updates = Few::one(Incoming::new(updates.clone(), Origin::Drained, life));
            let delivered = Delivered { taken, ..Delivered::new(&self.source, &coin, updates) };
            match self.dispatcher.put(delivered, place)?.stored().await {
                Err(error) if error.kind() != ErrorKind::Shutdown => {
                    self.tell_trouble(coin.client(), coin.wallet_shown(), &error);
                    tokio::time::sleep(waits.next()).await;
                    place = self.dispatcher.reserve_nothing()?;
                }
                stored => return stored,
            }
        }
    }

    /// The daemon is in order, perhaps after a time in trouble: its troubles may be said anew.
    pub(crate) fn tell_well(
        &self,
        coin: &Coin,
        wallet: Option<&str>,
        what: &str,
        in_trouble: Option<Instant>,
    ) {
        self.calls.of(coin.currency()).was_well.store(true, Ordering::Relaxed);
        let who = coin.client().who();
        let after = in_trouble.map(|since| format!(", after {} of trouble", Lasting(since.elapsed())));
        tracing::info!(wallet, "{what} {who}{}", after.unwrap_or_default());
        self.troubles.over((&who, wallet));
    }

    /// Whether there is no use in asking this daemon again: it has refused the login from the first. One that let us in before may do
    /// so again, whichever wallet asks.
    pub(crate) fn is_refused(&self, coin: &Coin, error: &Error) -> bool {
        error.kind() == ErrorKind::Unauthorized
            && !self.calls.of(coin.currency()).was_well.load(Ordering::Relaxed)
    }

    /// What does not change.
    #[cfg(feature = "websocket")]
    pub(crate) fn tell_once(&self, what: &str) {
        self.facts.once(what, || tracing::warn!("{what}"));
    }

    pub(crate) fn tell_trouble(&self, daemon: &Client, wallet: Option<&str>, error: &Error) {
        self.troubles.tell((&daemon.who(), wallet), error);
    }
}

#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;
