//! A listener that runs in the background, and tells what reached its handlers.

use std::future::Future;
use std::time::Duration;

use bitcart_events::testing::{DaemonVersion, TestDaemon};
use bitcart_events::{ApiManager, Coin, Listener, ListenerBuilder, Result, Update};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

const EVENTS: [&str; 4] = ["new_block", "new_transaction", "new_payment", "verified_tx"];
/// A test that waits in vain fails instead of hanging.
const PATIENCE: Duration = Duration::from_secs(60);

/// A delivery that runs. Nothing of it is left when the test's runtime ends.
pub struct Listening {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<()>>,
}

/// What reached the handlers, in their order.
pub struct Seen(mpsc::UnboundedReceiver<(String, String)>);

impl Listening {
    pub fn start<F>(builder: ListenerBuilder, deliver: impl FnOnce(Listener) -> F) -> Self
    where
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let (stop, stopped) = oneshot::channel::<()>();
        let listener = builder.without_registry().shutdown_on(async { drop(stopped.await) }).build().unwrap();
        Self { stop, task: tokio::spawn(deliver(listener)) }
    }

    pub fn by_websocket(builder: ListenerBuilder) -> Self {
        Self::start(builder, |listener| async move { listener.websocket().await })
    }

    pub fn by_polling(builder: ListenerBuilder, interval: Duration) -> Self {
        Self::start(builder, move |listener| async move { listener.polling(interval).await })
    }

    /// Asks it to stop; what it ends with comes from the handle.
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
        tokio::time::timeout(PATIENCE, self.task).await.expect("it does not end").unwrap()
    }
}

/// Has all events of a coin noted.
pub fn record(coin: &Coin) -> Seen {
    let (sender, seen) = mpsc::unbounded_channel();
    coin.add_event_handler(EVENTS, move |update| note(&sender, &update)).unwrap();
    Seen(seen)
}

/// Has all events of a manager's coins noted.
pub fn record_all(manager: &ApiManager) -> Seen {
    let (sender, seen) = mpsc::unbounded_channel();
    manager.add_event_handler(EVENTS, move |update| note(&sender, &update)).unwrap();
    Seen(seen)
}

fn note(
    sender: &mpsc::UnboundedSender<(String, String)>,
    update: &Update,
) -> impl Future<Output = std::result::Result<(), bitcart_events::BoxError>> + use<> {
    let wallet = update.coin().wallet().unwrap_or_default().to_owned();
    let _ = sender.send((wallet, short(update.raw())));
    std::future::ready(Ok(()))
}

impl Seen {
    pub async fn next(&mut self) -> String {
        self.next_of().await.1
    }

    /// The wallet too.
    pub async fn next_of(&mut self) -> (String, String) {
        let begun = std::time::Instant::now();
        loop {
            match tokio::time::timeout(PATIENCE, self.0.recv()).await {
                Ok(next) => return next.expect("the handlers are gone"),
                // A clock that is paused runs ahead of what is on its way through the sockets.
                Err(_) => assert!(begun.elapsed() < PATIENCE, "nothing came"),
            }
        }
    }

    pub async fn expect<const N: usize>(&mut self, updates: [&str; N]) {
        for expected in updates {
            assert_eq!(self.next().await, expected);
        }
    }

    /// Waits for an update, whatever comes before it.
    pub async fn wait_for(&mut self, update: &str) {
        while self.next().await != update {}
    }

    /// What has come and was not looked at.
    pub fn rest(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.0.try_recv().ok()).map(|(_, update)| update).collect()
    }
}

/// `block 7`, `paid 3 ID 0.5`, `tx HASH`, `verified HASH 8`: what matters of an update.
pub fn short(raw: &str) -> String {
    let update: Value = serde_json::from_str(raw).unwrap();
    let text = |field: &str| update[field].as_str().unwrap_or_default().to_owned();
    match update["event"].as_str().unwrap() {
        "new_block" => format!("block {}", update["height"]),
        "new_transaction" => format!("tx {}", text("tx")),
        "new_payment" => format!("paid {} {} {}", update["status"], text("address"), text("sent_amount")),
        "verified_tx" => format!("verified {} {}", text("tx"), update["height"]),
        other => other.to_owned(),
    }
}

pub async fn today() -> TestDaemon {
    TestDaemon::builder().version(DaemonVersion::Current).start().await.unwrap()
}

pub fn block(height: u64) -> String {
    format!(r#"{{"event": "new_block", "height": {height}}}"#)
}

/// A payment with nothing but what tells it from others.
pub fn payment(address: &str, status: u8) -> String {
    format!(
        r#"{{"event": "new_payment", "address": "{address}", "status": {status}, "status_str": "x", "tx_hashes": [], "sent_amount": "0.5"}}"#
    )
}

pub fn transaction(hash: &str) -> String {
    format!(r#"{{"event": "new_transaction", "tx": "{hash}"}}"#)
}
