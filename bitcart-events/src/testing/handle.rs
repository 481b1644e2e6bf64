//! What a test holds: the handle on a daemon, and its builder.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio_util::sync::{CancellationToken, DropGuard};

use super::amount::Satoshis;
use super::daemon::Daemon;
use super::event::{Emission, Event};
use super::journal::RpcCall;
use super::server::Server;
use super::{Config, DaemonVersion, ScriptError};

/// A running daemon. Clones are handles on the same one; it ends with the last of them.
///
/// It needs a tokio runtime with time and I/O enabled, as `#[tokio::test]` has. Nothing here has a time limit
/// of its own: put one around what a test waits for.
#[derive(Clone)]
pub struct TestDaemon {
    daemon: Arc<Daemon>,
    server: Arc<Server>,
    _ends_with_the_last: Arc<DropGuard>,
}

/// A request for payment, as far as a script needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PaymentRequest {
    /// Where to pay; also the `address` of the request's `new_payment` events.
    pub address: String,
    /// How much, in bitcoin.
    pub amount: String,
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

    /// Starts the daemon on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// If there is no port to be had, or no HTTP client to be made.
    pub async fn start(self) -> io::Result<TestDaemon> {
        let daemon = Arc::new(Daemon::new(self.config).map_err(io::Error::other)?);
        let alive = CancellationToken::new();
        let server = Arc::new(Server::bind(alive.clone())?);
        server.start(&daemon).await?;
        Ok(TestDaemon { daemon, server, _ends_with_the_last: Arc::new(alive.drop_guard()) })
    }
}

impl TestDaemon {
    /// Starts a daemon with nothing changed in its [`builder`](Self::builder).
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

/// What happens to the chain. All of these return when every attempt to deliver has ended, and what they
/// began goes on if they are no longer waited for. Call them concurrently to let events overlap.
impl TestDaemon {
    /// Mines blocks, one `new_block` for each and each loaded wallet.
    pub async fn mine(&self, blocks: u64) {
        let daemon = self.daemon.clone();
        to_the_end(async move { daemon.mine(blocks).await }).await;
    }

    /// Pays `amount` bitcoin, all that was requested or a part, to the address of a request; returns the
    /// transaction's hash.
    ///
    /// A `new_payment` tells the request's status (0 "Pending" until the payments add up to its amount, then
    /// 3 "Paid", which 2020's daemons say before any block), then a `new_transaction` follows. The real
    /// daemon sends both at the same time; this order is the more frequent one (measured, Bitcart `edda6711`,
    /// capture `webhook_http`: hook-200).
    ///
    /// # Errors
    ///
    /// If no request has the address, or the amount is none.
    pub async fn pay(&self, address: &str, amount: &str) -> Result<String, ScriptError> {
        let amount = read(amount)?;
        let (wallet, request, tx) = self.daemon.change(|state| state.disk.pay(address, amount))?;
        let (status, status_str) = request.status();
        let payment = Event::Payment { address: request.address, status, status_str };
        self.announce(wallet, vec![payment, Event::Transaction { tx: tx.clone() }]).await;
        Ok(tx)
    }

    /// Sends `amount` bitcoin to a wallet, but to no request of it, so that there is only a
    /// `new_transaction`; returns the transaction's hash.
    ///
    /// # Errors
    ///
    /// If the wallet key would not be recognised, or the amount is none.
    pub async fn send(&self, wallet: &str, amount: &str) -> Result<String, ScriptError> {
        let amount = read(amount)?;
        let tx = self.daemon.change(|state| state.disk.receive(wallet, amount))?;
        self.announce(wallet.to_owned(), vec![Event::Transaction { tx: tx.clone() }]).await;
        Ok(tx)
    }

    /// Makes a request for `amount` bitcoin and loads the wallet, as the RPC `add_request` does.
    ///
    /// # Errors
    ///
    /// If the wallet key is not recognised, the amount is none, or the daemon is stopped.
    pub async fn request(&self, wallet: &str, amount: &str) -> Result<PaymentRequest, ScriptError> {
        let request = self.daemon.request(wallet, read(amount)?)?;
        Ok(PaymentRequest { address: request.address, amount: request.amount.to_string() })
    }

    async fn announce(&self, wallet: String, events: Vec<Event>) {
        let daemon = self.daemon.clone();
        to_the_end(async move {
            for event in &events {
                daemon.announce(event, Some(&wallet)).await;
            }
        })
        .await;
    }
}

/// What happens to its process.
impl TestDaemon {
    /// Kills the daemon: connections break off, new ones are refused, and all that was only in memory is
    /// gone.
    pub async fn stop(&self) {
        self.server.stop(&self.daemon).await;
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

/// What a test can ask and wait for. None of it goes through the network, and restarts touch none of the
/// records.
impl TestDaemon {
    /// Everything emitted so far, in order.
    #[must_use]
    pub fn emissions(&self) -> Vec<Emission> {
        self.daemon.look(|state| state.journal.emissions.clone())
    }

    /// Every JSON-RPC call so far, in order.
    #[must_use]
    pub fn rpc_calls(&self) -> Vec<RpcCall> {
        self.daemon.look(|state| state.journal.calls.clone())
    }

    /// How many updates of the wallet `get_updates` has handed out.
    #[must_use]
    pub fn drained(&self, wallet: &str) -> usize {
        self.daemon.look(|state| state.journal.drained.get(wallet).copied().unwrap_or_default())
    }

    /// The wallet's notification URL, if it has one now.
    #[must_use]
    pub fn configured_url(&self, wallet: &str) -> Option<String> {
        self.daemon.look(|state| state.memory.as_ref()?.find(wallet)?.url.clone())
    }

    /// Waits until the wallet has a notification URL; returns it.
    pub async fn wait_configured(&self, wallet: &str) -> String {
        self.daemon.until(|state| state.memory.as_ref()?.find(wallet)?.url.clone()).await
    }

    /// Waits until `method` has been called `times` times in all.
    pub async fn wait_call(&self, method: &str, times: usize) {
        self.daemon.until(|state| (state.journal.count(method) >= times).then_some(())).await;
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

/// Runs `work` as a task, so that a daemon does not stop sending because the script stopped waiting.
async fn to_the_end(work: impl Future<Output = ()> + Send + 'static) {
    // It fails only by a panic or with the runtime's end, and neither leaves anything to wait for.
    let _ = tokio::spawn(work).await;
}

fn read(amount: &str) -> Result<Satoshis, ScriptError> {
    amount.parse().map_err(|reason| ScriptError::bad_amount(amount, reason))
}
