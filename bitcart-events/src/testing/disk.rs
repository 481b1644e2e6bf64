//! What a restart leaves alone: the chain, and the wallets' files with their requests.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::account::Account;
use super::amount::Units;
use super::error::ScriptError;
use super::family::Family;
use super::invoice::Invoice;
use super::request::{Paid, Request};
use super::transactions::{Chain, Payee, Transaction, hex};
use super::{Config, DaemonVersion, base64};

/// The characters of a bech32 address after its `1`.
const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

#[derive(Debug)]
pub(super) struct Disk {
    pub(super) chain: Chain,
    /// Up to where a process has looked into the blocks; those on Electrum do not need it.
    pub(super) processed: u64,
    pub(super) wallets: BTreeMap<String, WalletFile>,
}

#[derive(Debug, Default)]
pub(super) struct WalletFile {
    pub(super) requests: Vec<Request>,
    /// Requests of a daemon that is not on Electrum.
    pub(super) invoices: Vec<Invoice>,
    /// Whether it has been loaded before.
    pub(super) started: bool,
}

impl Disk {
    pub(super) fn new(height: u64) -> Self {
        Self { chain: Chain::new(height), processed: height, wallets: BTreeMap::new() }
    }

    /// The wallet's file, created when it is first named; `None` if the daemon would not recognise the key.
    pub(super) fn wallet(&mut self, config: &Config, account: &Account) -> Option<&mut WalletFile> {
        account.is_recognised(config).then(|| self.wallets.entry(account.key()).or_default())
    }

    /// Whom a payment to a wallet goes to.
    pub(super) fn payee_of_wallet(&mut self, config: &Config, key: &str) -> Result<Payee, ScriptError> {
        match self.wallet(config, &Account::of_key(key, config)) {
            Some(_) => Ok(Payee { wallet: key.to_owned(), request: None, payer: None }),
            None => Err(ScriptError::BadWallet(key.to_owned())),
        }
    }

    /// Whom a payment to a request goes to, which is named by its id or its address.
    pub(super) fn payee_of_request(&self, named: &str) -> Result<Payee, ScriptError> {
        let payee = |wallet: &String, id: &String, payer: Option<String>| {
            Some(Payee { wallet: wallet.clone(), request: Some(id.clone()), payer })
        };
        self.wallets
            .iter()
            .find_map(|(wallet, file)| match (file.request(named), file.invoice_to_pay(named)) {
                (Some(request), _) => payee(wallet, &request.id, None),
                (None, Some(invoice)) => payee(wallet, &invoice.id, invoice.payer.clone()),
                (None, None) => None,
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
            let counts = |tx: &&Transaction| tx.seen && tx.wallet == wallet && tx.verified == confirmed;
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
        let file = self.wallets.get_mut(key)?;
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

    /// Adds a request of a daemon that is not on Electrum: the address is the wallet's own, but Monero's has
    /// the id in it (measured, Bitcart `065c8421`, captures `eth_rpc`: add_request, `trx`: add_request;
    /// Monero's is made up, but for the length of its id).
    pub(super) fn add_invoice(
        &mut self,
        config: &Config,
        account: &Account,
        (amount, shown): (Units, String),
        memo: String,
        expiration: u64,
    ) -> Option<&Invoice> {
        let timestamp = self.chain.now();
        let key = account.key();
        let file = self.wallets.get_mut(&key)?;
        let seed = Sha256::digest(format!("{key}/{}", file.invoices.len()));
        let (id, address) = if config.family() == Family::Monero {
            let id: String = hex(&seed).chars().take(16).collect();
            (id.clone(), format!("{}{id}", account.address()))
        } else {
            let id = base64::encode(&seed).replace('+', "-").replace('/', "_");
            (id.trim_end_matches('=').to_owned(), account.address().to_owned())
        };
        let mut invoice = Invoice::new(id, address, amount, shown, memo);
        invoice.timestamp = timestamp;
        invoice.expiration = expiration;
        invoice.symbol = config.symbol_of(account);
        invoice.digits = config.digits_of(account);
        invoice.contract = account.contract.clone();
        file.invoices.push(invoice);
        file.invoices.last()
    }
}

impl WalletFile {
    /// The request with this id; for a script the address does as well.
    pub(super) fn request(&self, named: &str) -> Option<&Request> {
        self.requests.iter().find(|request| request.id == named || request.address == named)
    }

    pub(super) fn invoice(&self, id: &str) -> Option<&Invoice> {
        self.invoices.iter().find(|invoice| invoice.id == id)
    }

    /// The request with this id, or with this address if that is the request's own.
    fn invoice_to_pay(&self, named: &str) -> Option<&Invoice> {
        let is_meant = |invoice: &&Invoice| {
            invoice.id == named || (invoice.address == named && named.ends_with(&invoice.id))
        };
        self.invoices.iter().find(is_meant)
    }

    pub(super) fn invoice_mut(&mut self, id: &str) -> Option<&mut Invoice> {
        self.invoices.iter_mut().find(|invoice| invoice.id == id)
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
