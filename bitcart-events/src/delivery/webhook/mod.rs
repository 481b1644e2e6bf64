//! Delivery by webhook, for the daemons of 2020: they post each event to an address that they were told.
//!
//! Any answer counts as delivered for them, even a 500; only a connection that is closed without one makes them keep
//! the event for `get_updates` (capture `webhook_http`: hook-500, hook-close). So whatever cannot be accepted here is
//! refused by closing the connection.

mod answer;
mod app;
mod body;
mod idle;
mod registrar;
mod secret;
mod seldom;
mod server;
mod settings;

use std::sync::{Mutex, PoisonError};

use axum::Router;
use tokio::sync::watch;
use tokio::time::Instant;

pub use server::WebhookServer;
pub use settings::WebhookSettings;

use crate::client::without_login;
use crate::{ApiManager, Coin, Error, ErrorKind, Listener, ListenerBuilder, Result};
use registrar::{FIRST_ANSWER, Registrar};
use secret::Secret;

/// What the routes and the registrar of one listener share.
pub(crate) struct Receiver {
    settings: WebhookSettings,
    secret: Option<Secret>,
    /// Tells of refusals: a refused event waits at the daemon.
    refusals: watch::Sender<()>,
    /// When a POST without the secret last counted as one.
    strayed: Mutex<Option<Instant>>,
    /// The one that `configure_webhook` started.
    registrar: Mutex<Option<Registrar>>,
}

impl Receiver {
    pub(crate) fn new(settings: WebhookSettings) -> Result<Self> {
        let secret = settings.make_secret()?;
        Ok(Self {
            settings,
            secret,
            refusals: watch::Sender::default(),
            strayed: Mutex::default(),
            registrar: Mutex::default(),
        })
    }

    /// The address to tell a daemon: the base with the secret behind it.
    fn url(&self, base: &str) -> Result<String> {
        full_url(base, self.secret.as_ref())
    }

    /// Has the daemons asked soon: a refused event waits there.
    fn refused(&self, reason: &str) {
        tracing::warn!("refused a webhook by closing its connection: {reason}");
        self.refusals.send_replace(());
    }

    /// A POST without the secret: forged, or from a daemon that was told another one. Anybody can send such, so they
    /// are logged, and have the daemons asked, no more often than those are told the address anyway.
    fn astray(&self) {
        let mut strayed = self.strayed.lock().unwrap_or_else(PoisonError::into_inner);
        if strayed.is_none_or(|last| last.elapsed() >= self.settings.register_every) {
            *strayed = Some(Instant::now());
            self.refused(
                "a POST without the right secret; if a daemon sent it, it is told the address again, unless the routes and \
                 `configure_webhook` are of different listeners, which have different secrets",
            );
        }
    }

    /// Ends what `configure_webhook` started, after the calls that are under way.
    pub(crate) async fn stop_registering(&self, deadline: Instant) -> Result<()> {
        let registrar = self.registrar.lock().unwrap_or_else(PoisonError::into_inner).take();
        match registrar {
            Some(registrar) => registrar.stop(deadline).await,
            None => Ok(()),
        }
    }
}

fn full_url(base: &str, secret: Option<&Secret>) -> Result<String> {
    let base = base.trim();
    let wrong = |what: &str| Error::new(ErrorKind::Settings, format!("{} {what}", without_login(base)));
    let parsed = reqwest::Url::parse(base).map_err(|error| {
        wrong("is not an address that a daemon could post to, like `https://shop.example/hooks`")
            .because(error)
    })?;
    if !matches!(parsed.scheme(), "http" | "https") || parsed.query().is_some() || parsed.fragment().is_some()
    {
        return Err(wrong("should be an `http://` or `https://` address without `?` and `#`"));
    }
    Ok(match secret {
        Some(secret) => format!("{}/{}", base.trim_end_matches('/'), secret.expose()),
        None => base.to_owned(),
    })
}

impl ListenerBuilder {
    /// Builds the listener and runs it by webhook until Ctrl-C or SIGTERM; see [`Listener::webhook`].
    ///
    /// # Errors
    /// As [`build`](Self::build) and [`Listener::webhook`].
    pub async fn webhook(self) -> Result<()> {
        self.build()?.webhook().await
    }
}

impl Listener {
    /// Listens for webhooks until Ctrl-C or SIGTERM, or the listener's own signal.
    ///
    /// The server is up at once. The daemons are told its address for every wallet, again every 30 s, because a
    /// daemon forgets it when it restarts, and after a refusal; what waits at them is fetched each time. A daemon
    /// that cannot be reached is tried again with growing waits, and that is logged, every ten minutes as long as it lasts. A
    /// daemon of after October 2020 pushes no webhooks: that is logged too, and its events come by [websocket](Self::websocket), to the same handlers.
    ///
    /// # Errors
    /// When the address is taken, it is not on loopback and there is no secret, a daemon does not accept the login
    /// when it is first asked, the listener has a delivery already, or the deadline of the shutdown passed.
    pub async fn webhook(&self) -> Result<()> {
        self.bind_webhook().await?.run().await
    }

    /// Binds the address of [`webhook`](Self::webhook), for who wants to know it before running.
    ///
    /// # Errors
    /// When the address is taken, or is not on loopback and there is no secret.
    pub async fn bind_webhook(&self) -> Result<WebhookServer> {
        WebhookServer::bind(self.clone()).await
    }

    /// The webhook's routes, to nest into an application that has its own server.
    ///
    /// ```no_run
    /// # use axum::Router;
    /// # use bitcart_events::Coin;
    /// # #[derive(Default)] struct Orders;
    /// # async fn stop() {}
    /// # async fn f() -> Result<(), Box<dyn std::error::Error>> {
    /// let listener = Coin::btc("xpub…").listener().state(Orders::default()).build()?;
    /// let app = Router::new().nest("/hooks/bitcart", listener.webhook_app());
    /// let socket = tokio::net::TcpListener::bind("0.0.0.0:3000").await?;
    /// // Routes and registration of the same listener: they share the secret.
    /// listener.configure_webhook("https://shop.example/hooks/bitcart").await?;
    /// axum::serve(socket, app).with_graceful_shutdown(stop()).await?;
    /// // First the server, so that every answer is sent; then what is still fetched or at work.
    /// listener.shut_down().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// With a secret that is one route for one more segment of the path; without, the root. It has no fallback of
    /// its own. Tell the daemon with [`configure_webhook`](Self::configure_webhook).
    pub fn webhook_app<S>(&self) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        // What an earlier process accepted comes before what is new. Outside of a runtime it comes with the first event.
        let _ = self.parts.dispatcher.look_if_kept(&self.source);
        app::router(self)
    }

    /// Tells the daemons where the nested [`webhook_app`](Self::webhook_app) is, for every wallet, now and again
    /// every 30 s, as [`webhook`](Self::webhook) does. The secret is appended to `url`.
    ///
    /// It goes on until it is called again or the listener is [shut down](Self::shut_down), by the call or by its
    /// [own signal](ListenerBuilder::shutdown_on). A daemon that cannot be
    /// reached now is no error: it is tried again.
    ///
    /// # Errors
    /// When `url` is no address, or a daemon does not accept the login.
    pub async fn configure_webhook(&self, url: &str) -> Result<()> {
        let url = self.parts.webhook.url(url)?;
        // The one before has to be gone: they would fetch from each other's queues.
        self.parts.webhook.stop_registering(self.parts.shutdown.ends_at()).await?;
        let mut registrar = Registrar::start(self, url)?;
        // A daemon may keep a call waiting until its wallet is synced; that is no reason to keep the caller waiting.
        let first = tokio::select! {
            first = tokio::time::timeout(FIRST_ANSWER, registrar.first_round()) => first,
            // It is stopped here, because nobody else has it yet.
            () = self.parts.shutdown.called() => return registrar.stop(self.parts.shutdown.ends_at()).await,
        };
        *self.parts.webhook.registrar.lock().unwrap_or_else(PoisonError::into_inner) = Some(registrar);
        // Who shuts down at this moment may have looked for it before it was there.
        if self.parts.shutdown.is_called() {
            return self.parts.webhook.stop_registering(self.parts.shutdown.ends_at()).await;
        }
        if let Some(signal) = self.parts.shutdown.take_signal() {
            let listener = self.clone();
            tokio::spawn(async move {
                signal.await;
                if let Err(error) = listener.shut_down().await {
                    tracing::error!("{error}");
                }
            });
        }
        // After the time-out the registrar goes on; what it finds out later is logged.
        first.unwrap_or(Ok(()))
    }
}

macro_rules! by_webhook {
    ($($source:ident)*) => { $(
        impl $source {
            /// Listens for webhooks until Ctrl-C or SIGTERM; see [`Listener::webhook`].
            ///
            /// # Errors
            /// As there, and when the registered handlers do not fit together.
            pub async fn start_webhook(&self) -> Result<()> {
                self.own_listener()?.webhook().await
            }

            /// The webhook's routes, to nest into an application that has its own server; see
            /// [`Listener::webhook_app`].
            ///
            /// If the registered handlers do not fit together, the routes refuse everything and the reason is
            /// logged; [`configure_webhook`](Self::configure_webhook) returns it.
            pub fn webhook_app<S>(&self) -> Router<S>
            where
                S: Clone + Send + Sync + 'static,
            {
                match self.own_listener() {
                    Ok(listener) => listener.webhook_app(),
                    Err(error) => app::refusing(&error),
                }
            }

            /// Tells the daemon where the nested [`webhook_app`](Self::webhook_app) is; see
            /// [`Listener::configure_webhook`].
            ///
            /// # Errors
            /// As there, and when the registered handlers do not fit together.
            pub async fn configure_webhook(&self, url: &str) -> Result<()> {
                self.own_listener()?.configure_webhook(url).await
            }
        }
    )* };
}
by_webhook!(Coin ApiManager);

impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receiver").field("settings", &self.settings).finish_non_exhaustive()
    }
}
