//! What a daemon answers, as far as it matters here, and the events that it would have sent of it.

use serde_json::Value;

use super::state::Standing;
use crate::object::Members;
use crate::{Currency, HistoryItem, PaymentRequest, PaymentStatus, json};

/// What a daemon answered; nothing where it was not asked, or does not know.
#[derive(Debug, Clone, Default)]
pub(crate) struct Present {
    pub(crate) requests: Option<Vec<Request>>,
    pub(crate) transactions: Option<Transactions>,
    pub(crate) height: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) id: String,
    /// What the daemons of 2020 named it by.
    pub(crate) address: String,
    pub(crate) created: Option<u64>,
    status: PaymentStatus,
    status_str: String,
    /// Said by ETH and its relatives, and of a single request by today's BTC.
    sent: Option<String>,
    pub(crate) tx_hashes: Vec<String>,
    /// Whether the daemon says which they are: of what was paid by Lightning a list does not (read in code, Electrum 4.6).
    says_hashes: bool,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Transactions {
    /// In the daemon's order, which is that of the chain.
    pub(crate) items: Vec<Transaction>,
    /// Whether `new_transaction` is wanted.
    pub(crate) told: bool,
    /// Whether `verified_tx` is, and the daemon sends it.
    pub(crate) verifies: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Transaction {
    pub(crate) hash: String,
    /// Of its block, if the daemon has verified that it is there.
    pub(crate) height: Option<u64>,
    pub(crate) timestamp: Option<u64>,
    pub(crate) confirmations: u64,
}

impl From<PaymentRequest> for Request {
    fn from(request: PaymentRequest) -> Self {
        let says = Members::read(request.raw());
        Self {
            says_hashes: says.is_ok_and(|says| says.said("tx_hashes").is_some()),
            sent: request.sent_amount.map(|sent| sent.to_string()),
            id: request.id,
            address: request.address,
            created: request.created,
            status: request.status,
            status_str: request.status_str,
            tx_hashes: request.tx_hashes,
        }
    }
}

impl From<HistoryItem> for Transaction {
    fn from(item: HistoryItem) -> Self {
        Self {
            hash: item.txid,
            height: item.height.filter(|_| item.confirmations > 0),
            timestamp: item.timestamp,
            confirmations: item.confirmations,
        }
    }
}

impl Request {
    pub(crate) fn standing(&self) -> Standing {
        Standing::new(self.status, self.sent.as_deref(), self.says_hashes.then_some(&*self.tx_hashes))
    }

    /// The daemon cannot say how far it is, so neither can we.
    pub(crate) fn is_unknown(&self) -> bool {
        self.status == PaymentStatus::Unknown
    }

    /// Whether all is there that an event would say.
    pub(crate) fn is_whole(&self) -> bool {
        self.sent.is_some()
    }

    /// Its `new_payment`, as this daemon sends it. `contract` is the wallet's token.
    pub(crate) fn event(&self, currency: Currency, contract: Option<&str>) -> String {
        // No daemon announces that one is expired; what was paid before was announced as not yet everything.
        let status = if self.status == PaymentStatus::Expired { PaymentStatus::Unpaid } else { self.status };
        let is_electrum = super::observe::has_history(currency);
        let status_str = match (status, is_electrum) {
            // Here a request says how long it waits, which its events do not (capture `btc_rpc`: get_request-partial).
            (PaymentStatus::Unpaid, true) if self.is_whole() => "Unpaid",
            (PaymentStatus::Unpaid, true) => "Pending",
            (PaymentStatus::Unpaid, false) if self.status != status => "Unpaid",
            _ => &self.status_str,
        };
        let mut members = vec![
            ("address", self.id.as_str().into()),
            ("status", status.code().into()),
            ("status_str", status_str.into()),
        ];
        if let Some(sent) = &self.sent {
            members.push(("tx_hashes", json::texts(&self.tx_hashes)));
            members.push(("sent_amount", sent.as_str().into()));
        }
        if !is_electrum {
            members.push(("contract", contract.map_or(Value::Null, Value::from)));
        }
        event("new_payment", &members)
    }
}

pub(crate) fn new_transaction(tx: &str) -> String {
    event("new_transaction", &[("tx", tx.into())])
}

pub(crate) fn verified_tx(tx: &str, height: u64) -> String {
    event("verified_tx", &[("tx", tx.into()), ("height", height.into())])
}

pub(crate) fn new_block(height: u64) -> String {
    event("new_block", &[("height", height.into())])
}

/// Its text, with the members in this order.
fn event(name: &str, members: &[(&str, Value)]) -> String {
    let mut text = format!(r#"{{"event":"{name}""#);
    for (name, value) in members {
        text += &format!(r#","{name}":{}"#, json::text(value));
    }
    text + "}"
}

/// The token of a wallet, by its key (capture `eth_ws`: t-walletkey).
pub(crate) fn contract(currency: Currency, wallet: &str) -> Option<&str> {
    use Currency::{Bnb, Eth, Matic, Trx};
    matches!(currency, Eth | Bnb | Matic | Trx)
        .then(|| wallet.split_once('_'))
        .flatten()
        .map(|(_, contract)| contract)
}

#[cfg(test)]
impl Request {
    pub(crate) fn of(id: &str, status: i64, sent: Option<&str>, hashes: &[&str]) -> Self {
        Self {
            id: id.to_owned(),
            address: format!("address of {id}"),
            created: None,
            status: status.into(),
            status_str: "x".to_owned(),
            sent: sent.map(str::to_owned),
            says_hashes: true,
            tx_hashes: hashes.iter().map(|&hash| hash.to_owned()).collect(),
        }
    }
}
