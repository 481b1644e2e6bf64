//! What a test holds: the handle on a daemon, its builder, and the daemon's process.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::{CancellationToken, DropGuard};

use crate::Currency;

use super::DaemonVersion;
use super::config::{Config, Token};
use super::daemon::Daemon;
use super::frames;
use super::server::Server;

/// How long a websocket may take to answer the goodbye of a daemon that shuts down.
const GOODBYE: Duration = Duration::from_millis(500);

/// A running daemon. Clones are handles on the same one; it ends with the last of them.
///
/// It needs a tokio runtime with time and I/O enabled, as `#[tokio::test]` has. Nothing here has a time limit
/// of its own: put one around what a test waits for.
#[derive(Clone)]
pub struct TestDaemon {
    pub(super) daemon: Arc<Daemon>,
    pub(super) server: Arc<Server>,
    _ends_with_the_last: Arc<DropGuard>,
}

/// Sets up a [`TestDaemon`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct TestDaemonBuilder {
    config: Config,
}

impl TestDaemonBuilder {
    /// Which daemon to be; [`DaemonVersion::F39a98fe`] unless said.
    pub fn version(mut self, version: DaemonVersion) -> Self {
        self.config.version = version;
        self
    }

    /// Which currency's daemon to be; Bitcoin's unless said. Those of 2020 behave like Bitcoin's, whatever
    /// they are called.
    pub fn currency(mut self, currency: Currency) -> Self {
        self.config.currency = currency;
        self
    }

    /// The login; `electrum` and `electrumz` unless said.
    pub fn login(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.config.user = user.into();
        self.config.password = password.into();
        self
    }

    /// How many events a wallet's ring holds; 100 unless said.
    pub fn polling_cap(mut self, events: usize) -> Self {
        self.config.polling_cap = events;
        self
    }

    /// The height of the chain at the start; 100 unless said.
    pub fn height(mut self, height: u64) -> Self {
        self.config.height = height;
        self
    }

    /// A token on the currency's chain: its contract, its symbol, and how many decimal places it has. The
    /// wallet of such a token has the key `ADDRESS_CONTRACT`. Only ETH, BNB, MATIC and TRX have tokens.
    pub fn token(mut self, contract: impl Into<String>, symbol: impl Into<String>, digits: usize) -> Self {
        self.config.tokens.push(Token { contract: contract.into(), symbol: symbol.into(), digits });
        self
    }

    /// Starts the daemon on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// If there is no port to be had, no HTTP client to be made, or no tokio runtime here.
    pub async fn start(self) -> io::Result<TestDaemon> {
        // A socket would panic.
        tokio::runtime::Handle::try_current().map_err(io::Error::other)?;
        let daemon = Arc::new(Daemon::new(self.config).map_err(io::Error::other)?);
        let alive = CancellationToken::new();
        let server = Arc::new(Server::bind(alive.clone())?);
        server.start(&daemon).await?;
        Ok(TestDaemon { daemon, server, _ends_with_the_last: Arc::new(alive.drop_guard()) })
    }
}

impl TestDaemon {
    /// Starts a daemon with nothing changed in its [`builder`](Self::builder): one of summer 2020, with webhooks and without
    /// a websocket. For today's, say [`DaemonVersion::Current`] to the builder.
    ///
    /// # Errors
    ///
    /// Those of [`TestDaemonBuilder::start`].
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Sets up another daemon than the usual one.
    pub fn builder() -> TestDaemonBuilder {
        TestDaemonBuilder::default()
    }

    /// Where it listens: `http://127.0.0.1:PORT`. It stays the same over restarts.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr())
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.server.address()
    }
}

/// What happens to its process.
impl TestDaemon {
    /// Kills the daemon: connections break off, new ones are refused, and all that was only in memory is
    /// gone.
    pub async fn stop(&self) {
        self.server.stop(&self.daemon).await;
    }

    /// Shuts the daemon down in good order: no more connections, a goodbye to each websocket (measured,
    /// Bitcart `065c8421`, captures `eth_ws`: ws-shutdown, `bnb`: ws-xpub), then as [`stop`](Self::stop). It
    /// waits half a second at most for the websockets' answers, so that the goodbyes are not lost.
    pub async fn shut_down(&self) {
        self.server.close().await;
        self.daemon.change(|state| {
            if let Some(memory) = &mut state.memory {
                memory.closing = true;
                memory.sockets.send(None, &frames::close(1001, "Server shutdown"));
            }
        });
        let all_gone = self.daemon.until(|state| {
            state.memory.as_ref().is_none_or(|memory| memory.sockets.count() == 0).then_some(())
        });
        // Who does not answer is cut off.
        let _ = tokio::time::timeout(GOODBYE, all_gone).await;
        self.stop().await;
    }

    /// Starts a stopped daemon on the same port; one that runs is left alone.
    ///
    /// # Errors
    ///
    /// If the port is gone.
    pub async fn start_again(&self) -> io::Result<()> {
        self.server.start(&self.daemon).await
    }

    /// [`stop`](Self::stop), then [`start_again`](Self::start_again).
    ///
    /// # Errors
    ///
    /// If the port is gone.
    pub async fn restart(&self) -> io::Result<()> {
        self.stop().await;
        self.start_again().await
    }
}

impl std::fmt::Debug for TestDaemon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestDaemon")
            .field("url", &self.url())
            .field("config", &self.daemon.config)
            .finish_non_exhaustive()
    }
}
