//! What the daemons answer about wallets, transactions and themselves.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::reply::{Odd, Reply, each};
use crate::object::text_of;

macro_rules! raw {
    ($($ty:ident)*) => { $(
        impl $ty {
            /// The whole answer, as the JSON text that it came as.
            #[must_use]
            pub fn raw(&self) -> &str {
                &self.raw
            }
        }
    )* };
}
raw!(Balance TxInfo History HistoryItem DaemonInfo);

/// What a wallet holds, in units of the currency or of the wallet's token.
///
/// Daemons leave out what is 0, except `confirmed`. Those of ETH and its relatives have `confirmed` alone; that of XMR
/// always says 0 (read in code at `006a7b89`).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Balance {
    /// Confirmed by at least one block.
    pub confirmed: Decimal,
    /// Not yet confirmed; negative for what is on its way out.
    pub unconfirmed: Decimal,
    /// Mined by the wallet, and not spendable yet.
    pub unmatured: Decimal,
    /// In Lightning channels.
    pub lightning: Decimal,
    raw: String,
}

impl Balance {
    pub(super) fn read(text: &str) -> Result<Self, Odd> {
        let reply = Reply::new(text)?;
        let balance = Self {
            confirmed: reply.wanted(Reply::amount, "confirmed"),
            unconfirmed: reply.amount("unconfirmed").unwrap_or_default(),
            unmatured: reply.amount("unmatured").unwrap_or_default(),
            lightning: reply.amount("lightning").unwrap_or_default(),
            raw: text.to_owned(),
        };
        reply.done(balance)
    }
}

/// A transaction of the chain. Beyond its confirmations each family of daemons has a shape of its own: see
/// [`raw`](Self::raw).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TxInfo {
    /// How many blocks confirm it; 0 in the mempool.
    pub confirmations: u64,
    raw: String,
}

impl TxInfo {
    pub(super) fn read(text: &str) -> Result<Self, Odd> {
        let reply = Reply::new(text)?;
        let confirmations = reply.whole("confirmations").unwrap_or_default();
        reply.done(Self { confirmations, raw: text.to_owned() })
    }
}

/// The transactions of a wallet, in the daemon's order. Only daemons with an Electrum in them keep one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct History {
    /// The transactions.
    pub transactions: Vec<HistoryItem>,
    raw: String,
}

/// One transaction of a [`History`] (read in code, Electrum 4.6 and 4.0.3, Electron Cash).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HistoryItem {
    /// Its hash.
    pub txid: String,
    /// The height of its block; `None` as long as it is in none.
    pub height: Option<u64>,
    /// How many blocks confirm it.
    pub confirmations: u64,
    /// When it was mined, in seconds since 1970.
    pub timestamp: Option<u64>,
    /// What it brought to the wallet; negative for what left it.
    pub amount: Option<Decimal>,
    raw: String,
}

impl History {
    pub(super) fn read(text: &str) -> Result<Self, Odd> {
        // In the summer of 2020 it was JSON in a text (read in the SDK of that time).
        if let Some(inner) = text_of(text) {
            return Self::read_list(&inner);
        }
        Self::read_list(text)
    }

    fn read_list(text: &str) -> Result<Self, Odd> {
        // Electrum's has a summary beside it, Electron Cash's is the list alone.
        let list = match Reply::new(text) {
            Ok(reply) => reply.raw("transactions").ok_or_else(|| reply.lacks("transactions"))?,
            Err(_) => text,
        };
        Ok(Self { transactions: each(list, &HistoryItem::read)?, raw: text.to_owned() })
    }
}

impl HistoryItem {
    fn read(text: &str) -> Result<Self, Odd> {
        let reply = Reply::new(text)?;
        let amount = reply.first(&["bc_value", "value"]);
        let item = Self {
            txid: reply.wanted(Reply::text, "txid"),
            // Below 1 it says in which way it is unconfirmed.
            height: positive(&reply, "height").filter(|height| *height > 0),
            confirmations: positive(&reply, "confirmations").unwrap_or_default(),
            timestamp: reply.whole("timestamp"),
            amount: amount.and_then(|name| reply.amount(name)),
            raw: text.to_owned(),
        };
        reply.done(item)
    }
}

/// What a daemon says of itself (captures `btc_rpc` and `eth_rpc`: getinfo).
///
/// While it is not connected a daemon of ETH and its relatives says nothing but that, and its version.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DaemonInfo {
    /// Whether it is connected to the chain.
    pub connected: bool,
    /// How far it has read the chain: `blockchain_height`.
    pub height: Option<u64>,
    /// How long the chain is, as the server that it asks says.
    pub server_height: Option<u64>,
    /// Whether it is in step with the chain. The daemons of 2020 do not say.
    pub synchronized: Option<bool>,
    /// The version of what is in it: Electrum's, or that of Electrum's interface which it has.
    pub version: String,
    /// The server that it asks.
    pub server: Option<String>,
    /// How many wallets are loaded.
    pub total_wallets: Option<u64>,
    raw: String,
}

impl DaemonInfo {
    pub(super) fn read(text: &str) -> Result<Self, Odd> {
        let reply = Reply::new(text)?;
        let info = Self {
            connected: reply.wanted(Reply::flag, "connected"),
            // Electrum counts from -1 before it knows the first block.
            height: positive(&reply, "blockchain_height"),
            server_height: positive(&reply, "server_height"),
            synchronized: reply.flag("synchronized"),
            version: reply.text("version").unwrap_or_default(),
            // Text with one server; a list with several is in `raw`.
            server: reply.raw("server").and_then(text_of).map(Cow::into_owned),
            total_wallets: reply.whole("total_wallets"),
            raw: text.to_owned(),
        };
        reply.done(info)
    }
}

/// A whole number, unless it is below 0.
fn positive(reply: &Reply<'_>, name: &str) -> Option<u64> {
    reply.signed(name)?.try_into().ok()
}
