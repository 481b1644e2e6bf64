//! What a restart leaves alone: the chain, and the wallets' files with their requests.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use super::amount::Units;
use super::error::ScriptError;
use super::request::{Paid, Request};
use super::{Config, DaemonVersion};

/// The characters of a bech32 address after its `1`.
const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

#[derive(Debug)]
pub(super) struct Disk {
    pub(super) chain: Chain,
    pub(super) wallets: BTreeMap<String, WalletFile>,
}

/// The blocks, what is in them, and what waits to be.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) height: u64,
    /// In the order they were made.
    pub(super) transactions: Vec<Transaction>,
    /// How far its clock is ahead.
    ahead: Duration,
}

#[derive(Clone, Debug)]
pub(super) struct Transaction {
    pub(super) hash: String,
    /// The key of the wallet that receives it.
    pub(super) wallet: String,
    /// The id of the request that it is for.
    pub(super) request: Option<String>,
    pub(super) amount: Units,
    /// The block it is in.
    pub(super) height: Option<u64>,
    /// Whether the daemon has seen it.
    pub(super) seen: bool,
}

#[derive(Debug, Default)]
pub(super) struct WalletFile {
    pub(super) requests: Vec<Request>,
}

/// To whom a payment goes.
#[derive(Clone, Debug)]
pub(super) struct Payee {
    pub(super) wallet: String,
    pub(super) request: Option<String>,
}

impl Chain {
    /// Seconds since 1970, by the daemon's clock.
    pub(super) fn now(&self) -> u64 {
        (SystemTime::now() + self.ahead).duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.ahead = self.ahead.saturating_add(time);
    }

    pub(super) fn confirmations(&self, transaction: &Transaction) -> u64 {
        transaction.height.map_or(0, |height| (self.height + 1).saturating_sub(height))
    }

    /// Adds a transaction that is in no block yet; returns its place.
    pub(super) fn add(&mut self, payee: Payee, amount: Units, seen: bool) -> (usize, String) {
        let place = self.transactions.len();
        let recipient = payee.request.as_ref().unwrap_or(&payee.wallet);
        let hash = hex(&Sha256::digest(format!("{recipient}/{place}")));
        let Payee { wallet, request } = payee;
        self.transactions.push(Transaction {
            hash: hash.clone(),
            wallet,
            request,
            amount,
            height: None,
            seen,
        });
        (place, hash)
    }
}

impl Disk {
    pub(super) fn new(height: u64) -> Self {
        let chain = Chain { height, transactions: Vec::new(), ahead: Duration::ZERO };
        Self { chain, wallets: BTreeMap::new() }
    }

    /// The wallet's file, created when it is first named; `None` if Electrum would not recognise the key.
    pub(super) fn wallet(&mut self, key: &str) -> Option<&mut WalletFile> {
        let recognised =
            ["xpub", "ypub", "zpub", "tpub", "upub", "vpub"].iter().any(|prefix| key.starts_with(prefix));
        recognised.then(|| self.wallets.entry(key.to_owned()).or_default())
    }

    /// Whom a payment to a wallet goes to.
    pub(super) fn payee_of_wallet(&mut self, key: &str) -> Result<Payee, ScriptError> {
        match self.wallet(key) {
            Some(_) => Ok(Payee { wallet: key.to_owned(), request: None }),
            None => Err(ScriptError::BadWallet(key.to_owned())),
        }
    }

    /// Whom a payment to a request goes to, which is named by its id or its address.
    pub(super) fn payee_of_request(&self, named: &str) -> Result<Payee, ScriptError> {
        self.wallets
            .iter()
            .find_map(|(wallet, file)| {
                let request = file.request(named)?;
                Some(Payee { wallet: wallet.clone(), request: Some(request.id.clone()) })
            })
            .ok_or_else(|| ScriptError::UnknownAddress(named.to_owned()))
    }

    /// A request with what was paid to it.
    pub(super) fn paid(&self, wallet: &str, id: &str) -> Option<Paid<'_>> {
        let request = self.wallets.get(wallet)?.request(id)?;
        let is_for_it = |payment: &&Transaction| {
            payment.seen && payment.wallet == wallet && payment.request.as_deref() == Some(id)
        };
        let payments = self.chain.transactions.iter().filter(is_for_it).collect();
        Some(Paid { request, payments, chain: &self.chain })
    }

    /// What a wallet has, in blocks and beside them.
    pub(super) fn balance(&self, wallet: &str) -> (Units, Units) {
        let sum = |confirmed: bool| {
            let counts =
                |tx: &&Transaction| tx.seen && tx.wallet == wallet && tx.height.is_some() == confirmed;
            Units(self.chain.transactions.iter().filter(counts).map(|tx| tx.amount.0).sum())
        };
        (sum(true), sum(false))
    }

    /// Adds a request with an address of its own to a wallet's file.
    pub(super) fn add_request(
        &mut self,
        config: &Config,
        key: &str,
        amount: Units,
        memo: String,
        expiration: u64,
    ) -> Option<Request> {
        let timestamp = self.chain.now();
        let file = self.wallet(key)?;
        let address = address(key, file.requests.len());
        // (measured, Bitcart `065c8421`, capture `btc_rpc`: add_request)
        let id = match config.version {
            DaemonVersion::Current => hex(&Sha256::digest(&address)).chars().take(10).collect(),
            _ => address.clone(),
        };
        let request = Request { id, address, amount, memo, timestamp, expiration };
        file.requests.push(request.clone());
        Some(request)
    }
}

impl WalletFile {
    /// The request with this id; for a script the address does as well.
    pub(super) fn request(&self, named: &str) -> Option<&Request> {
        self.requests.iter().find(|request| request.id == named || request.address == named)
    }
}

/// The receiving address with this index: the same for the same wallet every time, as derivation makes it. It
/// looks the part, but its checksum is not valid.
fn address(wallet: &str, index: usize) -> String {
    let hash = Sha256::digest(format!("{wallet}/{index}"));
    // Enough characters for a public key hash and a checksum; one hash is 32 of them.
    let more = Sha256::digest(hash);
    let characters = hash.iter().chain(more.iter()).take(38);
    let letters = characters.filter_map(|byte| BECH32.get(usize::from(byte % 32)).copied().map(char::from));
    "bcrt1q".chars().chain(letters).collect()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
