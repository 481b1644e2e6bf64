//! What a restart leaves alone: the chain, and the wallets' files with their requests.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::amount::Satoshis;
use super::error::ScriptError;

/// Seconds a request waits unless told (measured, Bitcart `edda6711`, capture `webhook_rpc`: add_request-w1).
pub(super) const DEFAULT_EXPIRATION: u64 = 3600;

/// The characters of a bech32 address after its `1`.
const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

#[derive(Debug)]
pub(super) struct Disk {
    height: u64,
    /// How many transactions there ever were: makes each hash another.
    transactions: u64,
    wallets: BTreeMap<String, WalletFile>,
}

#[derive(Debug, Default)]
pub(super) struct WalletFile {
    pub(super) confirmed: Satoshis,
    pub(super) unconfirmed: Satoshis,
    requests: Vec<Request>,
}

/// A request for payment.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) address: String,
    pub(super) amount: Satoshis,
    memo: String,
    /// Seconds since 1970.
    timestamp: u64,
    /// Seconds after `timestamp`; 0 is never.
    expiration: u64,
    received: Satoshis,
}

impl Disk {
    pub(super) fn new(height: u64) -> Self {
        Self { height, transactions: 0, wallets: BTreeMap::new() }
    }

    pub(super) fn height(&self) -> u64 {
        self.height
    }

    /// The wallet's file, created when it is first named; `None` if Electrum would not recognise the key.
    pub(super) fn wallet(&mut self, key: &str) -> Option<&mut WalletFile> {
        let recognised =
            ["xpub", "ypub", "zpub", "tpub", "upub", "vpub"].iter().any(|prefix| key.starts_with(prefix));
        recognised.then(|| self.wallets.entry(key.to_owned()).or_default())
    }

    /// Adds a block with all that is unconfirmed in it; returns its height.
    pub(super) fn mine(&mut self) -> u64 {
        self.height += 1;
        for wallet in self.wallets.values_mut() {
            wallet.confirmed.0 += std::mem::take(&mut wallet.unconfirmed).0;
        }
        self.height
    }

    /// A transaction that pays to no request; returns its hash.
    pub(super) fn receive(&mut self, wallet: &str, amount: Satoshis) -> Result<String, ScriptError> {
        let file = self.wallet(wallet).ok_or_else(|| ScriptError::BadWallet(wallet.to_owned()))?;
        file.unconfirmed.0 += amount.0;
        Ok(self.next_hash(wallet))
    }

    /// A transaction to a request's address; returns the wallet's key, the request as it is then, and the
    /// hash.
    pub(super) fn pay(
        &mut self,
        address: &str,
        amount: Satoshis,
    ) -> Result<(String, Request, String), ScriptError> {
        let (wallet, request) = self
            .wallets
            .iter_mut()
            .find_map(|(wallet, file)| {
                let request = file.requests.iter_mut().find(|request| request.address == address)?;
                file.unconfirmed.0 += amount.0;
                request.received.0 += amount.0;
                Some((wallet.clone(), request.clone()))
            })
            .ok_or_else(|| ScriptError::UnknownAddress(address.to_owned()))?;
        Ok((wallet, request, self.next_hash(address)))
    }

    fn next_hash(&mut self, recipient: &str) -> String {
        self.transactions += 1;
        let hash = Sha256::digest(format!("{recipient}/{}", self.transactions));
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl WalletFile {
    /// Adds a request with an address of its own; `key` is the key of this very wallet.
    pub(super) fn add_request(
        &mut self,
        key: &str,
        amount: Satoshis,
        memo: String,
        expiration: u64,
    ) -> Request {
        let request = Request {
            address: address(key, self.requests.len()),
            amount,
            memo,
            timestamp: now(),
            expiration,
            received: Satoshis::default(),
        };
        self.requests.push(request.clone());
        request
    }

    pub(super) fn request(&self, address: &str) -> Option<&Request> {
        self.requests.iter().find(|request| request.address == address)
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

/// What `add_request` and `get_request` answer (measured, Bitcart `edda6711`, capture `webhook_rpc`:
/// add_request).
#[derive(Serialize)]
pub(super) struct RequestView<'a> {
    is_lightning: bool,
    #[serde(rename = "amount_BTC")]
    amount_btc: String,
    message: &'a str,
    timestamp: u64,
    expiration: u64,
    status: u8,
    status_str: String,
    amount_sat: u64,
    address: &'a str,
    #[serde(rename = "URI")]
    uri: String,
}

impl Request {
    /// Electrum's number and its text: paid as soon as the payments are in the mempool (measured, Bitcart
    /// `edda6711`, capture `webhook_http`: hook-200), expired only while something is missing (read in code
    /// at `edda6711`).
    pub(super) fn status(&self) -> (u8, &'static str) {
        if self.received >= self.amount {
            (3, "Paid")
        } else if self.expiration > 0 && now() >= self.timestamp + self.expiration {
            (1, "Expired")
        } else {
            (0, "Pending")
        }
    }

    pub(super) fn view(&self) -> RequestView<'_> {
        let (status, text) = self.status();
        // Here, unlike in events, a pending request says how long it still waits.
        let waits = status == 0 && self.expiration > 0;
        RequestView {
            is_lightning: false,
            amount_btc: self.amount.to_string(),
            message: &self.memo,
            timestamp: self.timestamp,
            expiration: self.expiration,
            status,
            status_str: if waits { self.expires_in() } else { text.to_owned() },
            amount_sat: self.amount.0,
            address: &self.address,
            uri: self.uri(),
        }
    }

    /// Electrum's wording; only "about 1 hour" is measured.
    fn expires_in(&self) -> String {
        let left = (self.timestamp + self.expiration).saturating_sub(now());
        match (left + 30) / 60 {
            0 => "Expires in less than a minute".to_owned(),
            minutes @ 1..45 => format!("Expires in {minutes} minutes"),
            45..90 => "Expires in about 1 hour".to_owned(),
            minutes => format!("Expires in about {} hours", (minutes + 30) / 60),
        }
    }

    fn uri(&self) -> String {
        let Self { address, amount, memo, timestamp, expiration, .. } = self;
        let message =
            if memo.is_empty() { String::new() } else { format!("&message={}", percent_encoded(memo)) };
        let expiry = if *expiration == 0 { String::new() } else { format!("&exp={expiration}") };
        format!("bitcoin:{address}?amount={amount}{message}&time={timestamp}{expiry}")
    }
}

fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
