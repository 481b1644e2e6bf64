//! Between accepting and handling: what fails comes again, what cannot be handled is kept, whatever the inbox is.

#[path = "../support/mod.rs"]
mod support;

mod faults;
mod restarts;
mod retries;
mod shared;
mod streams;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bitcart_events::inbox::{Inbox, InboxStats, MemoryInbox, SqliteInbox};
use bitcart_events::{Coin, Listener, ListenerBuilder};
use support::server::Gate;
use tempfile::TempDir;

/// Where a test's events stand; a file is gone with the test.
pub enum Place {
    Memory,
    File(TempDir),
}

impl Place {
    fn both() -> [Self; 2] {
        [Self::Memory, Self::file()]
    }

    fn file() -> Self {
        Self::File(TempDir::new().unwrap())
    }

    /// The inbox after the listener has shut down, which closes a file.
    fn afterwards(&self, listener: &Listener) -> Arc<dyn Inbox> {
        match self {
            Self::Memory => Arc::clone(listener.inbox()),
            Self::File(folder) => Arc::new(SqliteInbox::attach(folder.path().join("events.db")).unwrap()),
        }
    }

    /// Waits until so many events are accepted and not settled, as a tool sees it.
    async fn wait_pending(&self, count: u64) {
        self.wait(|stats| stats.pending == count).await;
    }

    /// Waits until so many texts are stored of which no events were made.
    async fn wait_received(&self, count: u64) {
        self.wait(|stats| stats.received == count).await;
    }

    async fn wait(&self, is_so: impl Fn(&InboxStats) -> bool) {
        let Self::File(folder) = self else { panic!("only a file can be looked into") };
        let tool = SqliteInbox::attach(folder.path().join("events.db")).unwrap();
        let look = async { while !is_so(&tool.stats().await.unwrap()) {} };
        tokio::time::timeout(Duration::from_secs(60), look).await.expect("it never was so");
    }

    fn inbox(&self, builder: ListenerBuilder) -> ListenerBuilder {
        match self {
            Self::Memory => builder.inbox(MemoryInbox::new()),
            Self::File(_) => builder.inbox(self.open()),
        }
    }

    fn path(&self) -> PathBuf {
        let Self::File(folder) = self else { panic!("it has no file") };
        folder.path().join("events.db")
    }

    /// What was being committed when a process crashed holds the file until it is: by then nobody is there to be waited for.
    fn open(&self) -> SqliteInbox {
        let begun = std::time::Instant::now();
        loop {
            match SqliteInbox::open(self.path()) {
                Err(error)
                    if error.to_string().contains("in use") && begun.elapsed() < Duration::from_secs(60) =>
                {
                    std::thread::yield_now();
                }
                opened => return opened.unwrap(),
            }
        }
    }
}

/// What makes a test quick: an attempt comes a millisecond after the one that failed.
fn listener(place: &Place, gate: Gate) -> (ListenerBuilder, Arc<Gate>) {
    let (coin, gate) = (Coin::btc("a"), Arc::new(gate));
    let waits = (Duration::from_millis(1), Duration::from_millis(2));
    let builder = coin.listener().without_registry().retry_waits(waits.0, waits.1);
    (place.inbox(builder).shared_state(Arc::clone(&gate)), gate)
}

fn payment(address: &str) -> String {
    format!(r#"[{{"event": "new_payment", "address": "{address}", "status": 3, "status_str": "Paid"}}]"#)
}
