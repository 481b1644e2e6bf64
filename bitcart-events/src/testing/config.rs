//! How a daemon is set up for its whole life.

use crate::Currency;

use super::DaemonVersion;
use super::account::Account;
use super::amount::BITCOIN_DIGITS;
use super::family::Family;

#[derive(Clone)]
pub(super) struct Config {
    pub(super) version: DaemonVersion,
    pub(super) currency: Currency,
    pub(super) user: String,
    pub(super) password: String,
    pub(super) polling_cap: usize,
    pub(super) height: u64,
    pub(super) tokens: Vec<Token>,
}

/// A token on the currency's chain.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) contract: String,
    pub(super) symbol: String,
    pub(super) digits: usize,
}

impl Config {
    pub(super) fn is_today(&self) -> bool {
        self.version == DaemonVersion::Current
    }

    /// Of 2020 only the daemons on Electrum are imitated.
    pub(super) fn family(&self) -> Family {
        if self.is_today() { Family::of(self.currency) } else { Family::Electrum }
    }

    /// Decimal places of one coin (measured but for XMR, Bitcart `065c8421`, captures `btc_ws`: ws-xpub,
    /// `eth_ws`: ws-xpub-A, `bnb`: ws-xpub, `trx`: ws-xpub).
    pub(super) fn digits(&self) -> usize {
        match (self.family(), self.currency) {
            (Family::Electrum, _) => BITCOIN_DIGITS,
            (_, Currency::Trx) => 6,
            (Family::Blocks, _) => 18,
            (Family::Monero, _) => 12,
        }
    }

    pub(super) fn token(&self, account: &Account) -> Option<&Token> {
        let contract = account.contract.as_ref()?;
        self.tokens.iter().find(|token| token.contract == *contract)
    }

    pub(super) fn digits_of(&self, account: &Account) -> usize {
        self.token(account).map_or(self.digits(), |token| token.digits)
    }

    pub(super) fn symbol_of(&self, account: &Account) -> String {
        self.token(account).map_or(self.currency.code().to_owned(), |token| token.symbol.clone())
    }
}

/// How Python calls its functions when it complains of their arguments: today with their class (measured,
/// Bitcart `065c8421`, captures `btc_rpc`: add_request, `eth_rpc`: unknown-kw; in 2020 not measured).
impl Config {
    /// One of the daemon's own.
    pub(super) fn function(&self, name: &str) -> String {
        match (self.is_today(), self.family()) {
            (false, _) => name.to_owned(),
            (true, Family::Electrum) => format!("{}Daemon.{name}", self.currency),
            (true, _) => format!("BlockProcessorDaemon.{name}"),
        }
    }

    /// One of Electrum's.
    pub(super) fn command(&self, name: &str) -> String {
        if self.is_today() { format!("Commands.{name}") } else { name.to_owned() }
    }

    /// What shows a request has been renamed.
    pub(super) fn request_function(&self) -> String {
        if self.is_today() { self.function("get_request") } else { "getrequest".to_owned() }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            version: DaemonVersion::default(),
            currency: Currency::Btc,
            user: "electrum".to_owned(),
            password: "electrumz".to_owned(),
            polling_cap: 100,
            height: 100,
            tokens: Vec::new(),
        }
    }
}

impl std::fmt::Debug for Config {
    /// Without the login.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { version, currency, polling_cap, height, tokens, .. } = self;
        f.debug_struct("Config")
            .field("version", version)
            .field("currency", currency)
            .field("polling_cap", polling_cap)
            .field("height", height)
            .field("tokens", tokens)
            .finish_non_exhaustive()
    }
}
