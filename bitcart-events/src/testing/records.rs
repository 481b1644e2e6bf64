//! What a test can ask the daemon, and wait for.

use super::TestDaemon;
use super::event::Emission;
use super::journal::{Drained, RpcCall};

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
        self.daemon.look(|state| {
            let of_wallet = state.journal.drained.iter().filter(|drained| drained.wallet == wallet);
            of_wallet.map(|drained| drained.updates.len()).sum()
        })
    }

    /// What each call of `get_updates` was answered so far, in order.
    #[must_use]
    pub fn drains(&self) -> Vec<Drained> {
        self.daemon.look(|state| state.journal.drained.clone())
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

    /// Whether the wallet is loaded: named by a call since the process began, and not closed.
    #[must_use]
    pub fn loaded(&self, wallet: &str) -> bool {
        self.daemon.look(|state| state.memory.as_ref().is_some_and(|memory| memory.find(wallet).is_some()))
    }

    /// Waits until the wallet is loaded.
    pub async fn wait_loaded(&self, wallet: &str) {
        self.daemon.until(|state| state.memory.as_ref()?.find(wallet).map(|_| ())).await;
    }

    /// How many websockets are open, whatever they listen to.
    #[must_use]
    pub fn websockets(&self) -> usize {
        self.daemon.look(|state| state.memory.as_ref().map_or(0, |memory| memory.sockets.count()))
    }

    /// How many websockets there have been in all.
    #[must_use]
    pub fn websockets_ever(&self) -> u64 {
        self.daemon.look(|state| state.journal.websockets)
    }

    /// Waits until exactly so many websockets are open.
    pub async fn wait_websockets(&self, open: usize) {
        let count = |memory: &super::memory::Memory| memory.sockets.count();
        self.daemon.until(|state| (state.memory.as_ref().map_or(0, count) == open).then_some(())).await;
    }

    /// Waits until a websocket wants to hear of this wallet alone, as that of a single coin does. A manager's wants to hear
    /// of all: wait with [`wait_websockets`](Self::wait_websockets) and [`wait_loaded`](Self::wait_loaded) for it.
    ///
    /// The wallet may not be loaded yet then: wait with [`wait_loaded`](Self::wait_loaded) too before it is paid.
    pub async fn wait_filtered(&self, wallet: &str) {
        self.daemon.until(|state| (state.memory.as_ref()?.sockets.filtered(wallet) > 0).then_some(())).await;
    }

    /// Waits until nobody is connected: whoever called is gone, and what it had sent before was looked at.
    pub async fn wait_disconnected(&self) {
        self.server.until_alone().await;
    }

    /// Waits until so many events have been emitted and none of them is under way any more.
    pub async fn wait_emissions(&self, events: usize) {
        self.daemon.until(|state| state.journal.has_settled(events).then_some(())).await;
    }
}
