//! The events, and the record of what became of each.

use serde::Serialize;

use super::json::python;

/// What the daemon tells about a wallet: the three events of 2020, fields in the daemon's order.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event")]
pub(super) enum Event {
    /// (measured, Bitcart `edda6711`, capture `webhook_http`: hook-200)
    #[serde(rename = "new_block")]
    Block { height: u64 },
    /// (measured, Bitcart `edda6711`, capture `webhook_http`: hook-200)
    #[serde(rename = "new_transaction")]
    Transaction { tx: String },
    /// `address` is the address on the chain, and there are no hashes and no sums (measured, Bitcart
    /// `edda6711`, capture `webhook_http`: hook-200)
    #[serde(rename = "new_payment")]
    Payment { address: String, status: u8, status_str: &'static str },
}

impl Event {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Block { .. } => "new_block",
            Self::Transaction { .. } => "new_transaction",
            Self::Payment { .. } => "new_payment",
        }
    }

    pub(super) fn json(&self) -> String {
        python(self)
    }
}

/// One event the daemon emitted for one wallet, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Emission {
    /// The key of the wallet the event is about.
    pub wallet: String,
    /// The event's name, such as `new_payment`.
    pub event: String,
    /// The event object, letter for letter as it was sent or queued.
    pub json: String,
    /// Where it went.
    pub fate: Fate,
}

/// Where an emitted event went.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// The receiver has not answered yet.
    Sending,
    /// The receiver answered, with whatever status: the daemon is done with the event (measured, Bitcart
    /// `edda6711`, capture `webhook_rpc`: get_updates-hook-500).
    Delivered {
        /// The HTTP status of the last answer.
        status: u16,
    },
    /// The event waits in the wallet's ring for `get_updates`.
    Queued {
        /// Why it was not delivered.
        reason: String,
    },
    /// The daemon was stopped before the receiver answered; nobody has the event, unless the receiver read
    /// it.
    Lost,
}
