//! The transactions of all wallets, and the blocks that they are in.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use crate::Currency;

use super::Config;
use super::amount::Units;
use super::family::Family;

/// The blocks, what is in them, and what waits to be.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) height: u64,
    /// In the order they were made.
    pub(super) transactions: Vec<Transaction>,
    /// What ours showed when it was looked at last, and how far its clock is ahead.
    ours: SystemTime,
    ahead: Duration,
}

#[derive(Clone, Debug)]
pub(super) struct Transaction {
    pub(super) hash: String,
    /// Who sends it, where that is known.
    pub(super) from: String,
    /// The key of the wallet that receives it.
    pub(super) wallet: String,
    /// The id of the request that it is for.
    pub(super) request: Option<String>,
    pub(super) amount: Units,
    /// The block it is in, and when that was mined, in seconds since 1970.
    pub(super) height: Option<u64>,
    pub(super) mined: Option<u64>,
    /// Whether the wallet has seen it.
    pub(super) seen: bool,
    /// Whether the wallet has found it in its block.
    pub(super) verified: bool,
}

/// To whom a payment goes.
#[derive(Clone, Debug)]
pub(super) struct Payee {
    pub(super) wallet: String,
    pub(super) request: Option<String>,
    /// Whom the request waits for.
    pub(super) payer: Option<String>,
}

impl Chain {
    pub(super) fn new(height: u64) -> Self {
        Self { height, transactions: Vec::new(), ours: SystemTime::now(), ahead: Duration::ZERO }
    }

    /// Its clock is looked at once in each step, so that no second ends within one.
    pub(super) fn look_at_clock(&mut self) {
        self.ours = SystemTime::now();
    }

    /// Seconds since 1970, by the daemon's clock.
    pub(super) fn now(&self) -> u64 {
        (self.ours + self.ahead).duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.ahead = self.ahead.saturating_add(time);
    }

    pub(super) fn confirmations(&self, transaction: &Transaction) -> u64 {
        transaction
            .height
            .filter(|_| transaction.verified)
            .map_or(0, |height| (self.height + 1).saturating_sub(height))
    }

    /// Adds a transaction that is in no block yet; returns its place.
    pub(super) fn add(&mut self, config: &Config, payee: Payee, amount: Units) -> (usize, String) {
        let place = self.transactions.len();
        let recipient = payee.request.as_ref().unwrap_or(&payee.wallet);
        let hash = hex(&Sha256::digest(format!("{recipient}/{place}")));
        // (measured, Bitcart `065c8421`, captures `eth_ws`: ws-xpub-A, `trx`: ws-xpub)
        let has_prefix = config.family() == Family::Blocks && config.currency != Currency::Trx;
        let hash = if has_prefix { format!("0x{hash}") } else { hash };
        let Payee { wallet, request, payer } = payee;
        let from = payer.unwrap_or_else(|| somebody(config).to_owned());
        let (height, mined, seen, verified) = (None, None, false, false);
        let hash_of_it = hash.clone();
        self.transactions.push(Transaction {
            hash,
            from,
            wallet,
            request,
            amount,
            height,
            mined,
            seen,
            verified,
        });
        (place, hash_of_it)
    }
}

/// Who pays if nobody is named: of the test network's accounts the first (seen in the captures `eth_ws`,
/// `trx`).
fn somebody(config: &Config) -> &'static str {
    match config.currency {
        Currency::Trx => "TJ52LP9eqskXuZ9Paz8CCoKzTRx3TkpKKn",
        _ => "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
