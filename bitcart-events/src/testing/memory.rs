//! What a restart forgets: which wallets are loaded, and all that was set up for them.

use std::collections::{BTreeSet, VecDeque};

use tokio_util::sync::CancellationToken;

use super::DaemonVersion;
use super::disk::Disk;
use super::event::{Event, Sums};
use super::sockets::Sockets;

/// The memory of one process.
#[derive(Debug)]
pub(super) struct Memory {
    /// Cancelled when the process is killed.
    pub(super) killed: CancellationToken,
    /// In the order they were loaded, in which events go to them.
    wallets: Vec<LoadedWallet>,
    pub(super) sockets: Sockets,
    /// It is shutting down, and has said so to its websockets.
    pub(super) closing: bool,
    /// The first of the blocks that it has gone through and still has.
    pub(super) kept_from: u64,
}

#[derive(Debug)]
pub(super) struct LoadedWallet {
    key: String,
    /// The one notification URL, never checked (measured, Bitcart `edda6711`, capture `webhook_rpc`:
    /// configure-bad-url).
    pub(super) url: Option<String>,
    /// Any text: unknown names are accepted (measured, Bitcart `f39a98fe`, capture `webhook_rpc`:
    /// sub-subscribe-unknown).
    pub(super) subscriptions: BTreeSet<String>,
    /// Oldest first.
    ring: VecDeque<Queued>,
}

/// An event in a ring.
#[derive(Clone, Debug)]
pub(super) enum Queued {
    /// Letter for letter.
    Text(String),
    /// One that may still change.
    Live(Event),
}

impl Memory {
    pub(super) fn new(killed: CancellationToken, kept_from: u64) -> Self {
        let sockets = Sockets::default();
        Self { killed, wallets: Vec::new(), sockets, closing: false, kept_from }
    }

    /// Loads the wallet unless it is; says whether it was not.
    pub(super) fn load(&mut self, key: &str) -> bool {
        let is_new = self.find(key).is_none();
        if is_new {
            self.wallets.push(LoadedWallet {
                key: key.to_owned(),
                url: None,
                subscriptions: BTreeSet::new(),
                ring: VecDeque::new(),
            });
        }
        is_new
    }

    /// Closes the wallet: its ring is gone. False if it was not loaded (measured, Bitcart `065c8421`, capture
    /// `btc_rpc`: close_wallet; for the false read in code at `005273f5`).
    pub(super) fn close(&mut self, key: &str) -> bool {
        let before = self.wallets.len();
        self.wallets.retain(|wallet| wallet.key != key);
        self.wallets.len() < before
    }

    /// The keys of the loaded wallets.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.wallets.iter().map(|wallet| wallet.key.as_str())
    }

    /// Puts an event into the wallet's ring, or into all of them; says into how many.
    pub(super) fn queue(&mut self, wallet: Option<&str>, event: &Queued, cap: usize) -> usize {
        let concerned = self.wallets.iter_mut().filter(|own| wallet.is_none_or(|key| key == own.key));
        concerned.map(|own| own.queue(event.clone(), cap)).count()
    }

    pub(super) fn find(&self, key: &str) -> Option<&LoadedWallet> {
        self.wallets.iter().find(|wallet| wallet.key == key)
    }

    pub(super) fn find_mut(&mut self, key: &str) -> Option<&mut LoadedWallet> {
        self.wallets.iter_mut().find(|wallet| wallet.key == key)
    }

    /// The loaded wallets the event is for. A block is for each of them (measured, Bitcart `edda6711`,
    /// capture `webhook_http`: hook-200), anything else for the `concerned` one.
    pub(super) fn audience(
        &self,
        event: &Event,
        concerned: Option<&str>,
        version: DaemonVersion,
    ) -> Vec<String> {
        let is_for = |wallet: &&LoadedWallet| {
            concerned.is_none_or(|key| key == wallet.key) && wallet.listens_to(event.name(), version)
        };
        self.wallets.iter().filter(is_for).map(|wallet| wallet.key.clone()).collect()
    }
}

impl LoadedWallet {
    /// Where `subscribe` exists, nothing is delivered or queued without it (measured, Bitcart `f39a98fe`,
    /// capture `webhook_rpc`: sub-get_updates-unsubscribed).
    fn listens_to(&self, event: &str, version: DaemonVersion) -> bool {
        !version.has_subscribe() || self.subscriptions.contains(event)
    }

    /// Queues an event. Above the cap the oldest fall out without a word (measured, Bitcart `065c8421`,
    /// capture `eth_rpc`: get_updates-150-blocks-cap).
    fn queue(&mut self, event: Queued, cap: usize) {
        self.ring.push_back(event);
        while self.ring.len() > cap {
            self.ring.pop_front();
        }
    }

    /// Empties the ring: what is in it as it is by now.
    pub(super) fn drain(&mut self, disk: &Disk) -> Vec<String> {
        let file = disk.wallets.get(&self.key);
        let by_now = |queued: Queued| match queued {
            Queued::Text(text) => text,
            Queued::Live(mut event) => {
                if let Event::Payment { address, sums: Some(Sums { tx_hashes, added, .. }), .. } = &mut event
                    && let Some(invoice) = file.and_then(|file| file.invoice(address))
                {
                    *tx_hashes = invoice.hashes_in_queue(*added);
                }
                event.json()
            }
        };
        self.ring.drain(..).map(by_now).collect()
    }
}
