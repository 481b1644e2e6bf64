//! The test's notes on the daemon: not the daemon's own, so no restart touches them.

use super::event::{Emission, Fate};

#[derive(Debug, Default)]
pub(super) struct Journal {
    pub(super) emissions: Vec<Emission>,
    pub(super) calls: Vec<RpcCall>,
    /// How many websockets there have been.
    pub(super) websockets: u64,
    pub(super) drained: Vec<Drained>,
}

/// One JSON-RPC call the daemon was asked, whatever it answered. What it refused before looking at the
/// method, for want of the login say, is none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RpcCall {
    /// The method as the caller spelled it.
    pub method: String,
    /// The key of the wallet it named.
    pub wallet: Option<String>,
}

/// What one call of `get_updates` was answered. The daemon has forgotten these updates, whether or not the answer arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drained {
    /// The key of the wallet.
    pub wallet: String,
    /// The updates, each as its JSON text; none if nothing waited.
    pub updates: Vec<String>,
}

impl Journal {
    pub(super) fn count(&self, method: &str) -> usize {
        self.calls.iter().filter(|call| call.method == method).count()
    }

    /// Notes an emission; the number returned names it from then on.
    pub(super) fn emitted(&mut self, emission: Emission) -> usize {
        self.emissions.push(emission);
        self.emissions.len() - 1
    }

    pub(super) fn has_settled(&self, events: usize) -> bool {
        self.emissions.len() >= events && self.emissions.iter().all(|emission| emission.fate != Fate::Sending)
    }

    /// Everything that was on its way when the process died is lost.
    pub(super) fn lose_what_is_under_way(&mut self) {
        for emission in &mut self.emissions {
            if emission.fate == Fate::Sending {
                emission.fate = Fate::Lost;
            }
        }
    }
}
