//! The events, and the record of what became of each.

use serde::Serialize;

use super::json::python;

/// What the daemon tells about a wallet, fields in the daemon's order.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event")]
pub(super) enum Event {
    /// (measured, Bitcart `edda6711`, capture `webhook_http`: hook-200)
    #[serde(rename = "new_block")]
    Block { height: u64 },
    /// Of an Electrum daemon the hash and no more (measured, Bitcart `edda6711`, capture `webhook_http`:
    /// hook-200; Bitcart `065c8421`, capture `btc_ws`: ws2-xpub).
    #[serde(rename = "new_transaction")]
    Transaction {
        tx: String,
        #[serde(flatten)]
        transfer: Option<Transfer>,
    },
    /// In 2020 `address` is the address on the chain, and there are no hashes and no sums (measured, Bitcart
    /// `edda6711`, capture `webhook_http`: hook-200). Today it is the request's id (measured, Bitcart
    /// `065c8421`, capture `btc_ws`: ws2-xpub).
    #[serde(rename = "new_payment")]
    Payment {
        address: String,
        status: u8,
        status_str: String,
        #[serde(flatten)]
        sums: Option<Sums>,
    },
    /// (measured, Bitcart `065c8421`, capture `btc_ws`: ws2-xpub)
    #[serde(rename = "verified_tx")]
    Verified { tx: String, height: u64 },
}

/// Who paid whom (measured, Bitcart `065c8421`, capture `eth_ws`: ws-xpub-A).
#[derive(Clone, Debug, Serialize)]
pub(super) struct Transfer {
    pub(super) from_address: String,
    pub(super) to: String,
    pub(super) amount: String,
    pub(super) contract: Option<String>,
}

/// What has come for a request (measured, Bitcart `065c8421`, capture `btc_ws`: ws2-xpub).
#[derive(Clone, Debug, Serialize)]
pub(super) struct Sums {
    pub(super) tx_hashes: Vec<String>,
    pub(super) sent_amount: String,
    /// Not there at all for Electrum's daemons; null for the coin itself (measured, Bitcart `065c8421`,
    /// capture `eth_ws`: ws-xpub-A).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) contract: Option<Contract>,
    /// How many hashes had been added to the request's list.
    #[serde(skip)]
    pub(super) added: usize,
}

/// A token's contract; null is none.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Contract(pub(super) Option<String>);

/// An event, and the wallet that it is for; without one it is for every wallet.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) wallet: Option<String>,
    pub(super) event: Event,
}

impl Event {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Block { .. } => "new_block",
            Self::Transaction { .. } => "new_transaction",
            Self::Payment { .. } => "new_payment",
            Self::Verified { .. } => "verified_tx",
        }
    }

    pub(super) fn json(&self) -> String {
        python(self)
    }

    pub(super) fn told(self, wallet: &str) -> Told {
        Told { wallet: Some(wallet.to_owned()), event: self }
    }
}

/// One event the daemon emitted, and what became of it.
///
/// A daemon of 2020 emits a `new_block` once for each loaded wallet. Today's emits it once for all, and
/// `wallet` is empty then.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Emission {
    /// The key of the wallet the event is about; empty if it is about none.
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
    /// The receiver has not answered yet, or a websocket has not taken the event yet.
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
    /// A daemon of today has sent and queued the event: it does both, in this order.
    Sent {
        /// How many websockets it was written to.
        websockets: usize,
        /// Into how many wallets' rings it was put.
        rings: usize,
    },
    /// The daemon was stopped before the receiver answered; nobody has the event, unless the receiver read
    /// it.
    Lost,
}
