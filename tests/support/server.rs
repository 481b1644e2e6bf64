//! A listener that serves webhooks in the background, and a gate to hold handlers with.

use std::net::SocketAddr;
use std::time::Duration;

use bitcart_events::testing::TestDaemon;
use bitcart_events::{ApiManager, Coin, Currency, Daemon, ListenerBuilder, Result, WebhookSettings};
use tokio::net::TcpSocket;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::connection::closed_port;

/// A running server. It stops when told to, and nothing of it is left when the test's runtime ends.
pub struct Running {
    pub addr: SocketAddr,
    /// The path with the secret.
    pub path: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<()>>,
}

impl Running {
    /// Asks it to stop; what it ends with comes from [`ended`](Self::ended).
    pub fn stop(self) -> JoinHandle<Result<()>> {
        drop(self.stop);
        self.task
    }

    /// Stops it, and expects it to end well.
    pub async fn finish(self) {
        self.stop().await.unwrap().unwrap();
    }

    /// Waits until it ends by itself.
    pub async fn ended(self) -> Result<()> {
        let _stop = self.stop;
        self.task.await.unwrap()
    }
}

/// On a port that the system chooses; the daemons are told again so rarely that no test depends on it.
pub fn settings() -> WebhookSettings {
    WebhookSettings::default().addr(([127, 0, 0, 1], 0)).register_every(Duration::from_secs(3_600))
}

pub async fn serve(listener: ListenerBuilder, settings: WebhookSettings) -> Running {
    let (stop, stopped) = oneshot::channel::<()>();
    let listener = listener.webhook_settings(settings).shutdown_on(async { drop(stopped.await) });
    let server = listener.build().unwrap().bind_webhook().await.unwrap();
    let addr = server.local_addr();
    let path = server.secret_url().splitn(4, '/').nth(3).unwrap_or_default();
    Running { addr, path: format!("/{path}"), stop, task: tokio::spawn(server.run()) }
}

pub fn coin(daemon: &TestDaemon, wallet: &str) -> Coin {
    Coin::at(Currency::Btc, daemon_of(daemon), wallet)
}

/// Bitcoin wallets of one daemon.
pub fn manager<const N: usize>(daemon: &TestDaemon, wallets: [&str; N]) -> ApiManager {
    ApiManager::builder().daemon("BTC", daemon_of(daemon)).wallets("BTC", wallets).build().unwrap()
}

pub fn daemon_of(daemon: &TestDaemon) -> Daemon {
    Daemon::new(daemon.url()).unwrap()
}

/// A daemon that refuses connections as long as the socket lives.
pub fn nowhere() -> (TcpSocket, Daemon) {
    let (socket, addr) = closed_port().unwrap();
    (socket, Daemon::new(format!("http://{addr}")).unwrap())
}

/// What reached a gate next. A test that waits in vain fails instead of hanging.
pub async fn next(seen: &mut mpsc::UnboundedReceiver<String>) -> String {
    tokio::time::timeout(Duration::from_secs(60), seen.recv())
        .await
        .expect("nothing came")
        .expect("the gate is gone")
}

/// Holds handlers back until it is opened, and tells what reached it.
pub struct Gate {
    reached: mpsc::UnboundedSender<String>,
    open: Semaphore,
}

impl Gate {
    pub fn new() -> (Self, mpsc::UnboundedReceiver<String>) {
        let (reached, seen) = mpsc::unbounded_channel();
        (Self { reached, open: Semaphore::new(0) }, seen)
    }

    /// One that holds nobody back: it only tells.
    pub fn opened() -> (Self, mpsc::UnboundedReceiver<String>) {
        let (gate, seen) = Self::new();
        gate.open();
        (gate, seen)
    }

    pub fn open(&self) {
        self.open.add_permits(Semaphore::MAX_PERMITS);
    }

    pub fn tell(&self, what: impl Into<String>) {
        self.reached.send(what.into()).unwrap();
    }

    pub async fn pass(&self, what: impl Into<String>) {
        self.tell(what);
        let _ = self.open.acquire().await.unwrap();
    }
}
