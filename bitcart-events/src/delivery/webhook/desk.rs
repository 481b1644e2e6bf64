//! One wallet at its daemon: telling it where to post, and fetching what waits.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::dispatch::{Dispatcher, Life};
use crate::source::Source;
use crate::told::Told;
use crate::{Coin, Error, ErrorKind, Event, Listener, Result, event, intake};

/// How many wallets are registered at the same time.
const CALLS: usize = 32;

/// Talks to the daemons for the wallets of one listener.
pub(super) struct Desk {
    pub(super) source: Source,
    dispatcher: Arc<Dispatcher>,
    url: String,
    interval: Duration,
    calls: Semaphore,
    /// The daemons of which it was said.
    without_webhooks: Told,
    /// What is wrong with the daemons now: said once, not once for each wallet and attempt.
    troubles: Told,
}

impl Desk {
    pub(super) fn new(listener: &Listener, url: String) -> Self {
        Self {
            source: listener.source.clone(),
            dispatcher: Arc::clone(&listener.parts.dispatcher),
            url,
            interval: listener.parts.webhook.settings.register_every,
            calls: Semaphore::new(CALLS),
            without_webhooks: Told::default(),
            troubles: Told::default(),
        }
    }

    /// Tells the daemon where to post a wallet's events, and fetches those that wait.
    pub(super) async fn round(&self, coin: &Coin, stop: &CancellationToken) -> Result<()> {
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
        let routes = self.dispatcher.routes();
        let is_handled = |event: &Event| self.source.find(coin, *event, routes).is_some();
        let known =
            event::EVENTS.iter().filter(|event| !event.sent.current_only).map(|event| Event::new(event));
        let names: Vec<_> = known.filter(is_handled).map(Event::name).collect();
        match coin.call("subscribe", json!({ "events": names })).await {
            Err(error) if is_unknown_method(&error) => Ok(()),
            answer => answer.map(|_| ()),
        }
    }

    async fn configure(&self, coin: &Coin) -> Result<()> {
        match coin.call("configure_notifications", json!({ "notification_url": self.url })).await {
            Err(error) if is_unknown_method(&error) => {
                let who = coin.client().who();
                self.without_webhooks.once(&who, || {
                    tracing::warn!(
                        "{who} pushes no webhooks, because it is newer than October 2020; its events are fetched every {:?}",
                        self.interval,
                    );
                });
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
        self.dispatcher.enqueue(&self.source, &answer.into(), &parcel, Life::new(), place).map(drop)
    }

    pub(super) fn tell_registered(&self, coin: &Coin) {
        let who = coin.client().who();
        tracing::info!(wallet = coin.wallet_shown(), "registered with {who}");
        self.troubles.forget(&who);
    }

    pub(super) fn tell_trouble(&self, coin: &Coin, error: &Error) {
        let (trouble, wallet) = (error.to_string(), coin.wallet_shown());
        let tell = || tracing::warn!(wallet, "{trouble}; trying again until it works");
        if !self.troubles.once(&trouble, tell) {
            tracing::debug!(wallet, "{trouble}");
        }
    }
}

fn is_unknown_method(error: &Error) -> bool {
    error.daemon().is_some_and(crate::DaemonError::is_unknown_method)
}
