//! The test's notes on the daemon: not the daemon's own, so no restart touches them.

use std::collections::BTreeMap;

use super::event::{Emission, Fate};

#[derive(Debug, Default)]
pub(super) struct Journal {
    pub(super) emissions: Vec<Emission>,
    pub(super) calls: Vec<RpcCall>,
    /// How many websockets there have been.
    pub(super) websockets: u64,
    /// How many updates `get_updates` handed out, by wallet.
    pub(super) drained: BTreeMap<String, usize>,
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
