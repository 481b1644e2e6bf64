//! Which wallet a call or a script names.

use serde_json::{Map, Value};

use super::Config;
use super::family::Family;

/// A wallet as it is named: its key, and which token of it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) xpub: String,
    pub(super) contract: Option<String>,
    /// Where it is paid, which a Monero wallet cannot know from its view key.
    address: Option<String>,
}

impl Account {
    /// What the `xpub` of a call names; `None` is no wallet. A dict says more of it (measured, Bitcart
    /// `065c8421`, capture `eth_rpc`: add_request-token, get_updates-diskless-param), and anything else
    /// breaks the daemon (measured, the same, capture `eth_rpc`: xpub-list).
    pub(super) fn read(xpub: Option<Value>, config: &Config) -> Result<Option<Self>, Breaks> {
        let text = |members: &Map<String, Value>, name: &str| {
            members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let whole = |xpub, contract, address| Self { xpub, contract, address };
        match xpub {
            None | Some(Value::Null) => Ok(None),
            // An empty text is no wallet (measured, Bitcart `065c8421`, capture `eth_rpc`: xpub-empty).
            Some(Value::String(xpub)) => {
                Ok(Some(whole(xpub, None, None)).filter(|named| !named.xpub.is_empty()))
            }
            Some(Value::Object(members)) if config.is_today() => Ok(text(&members, "xpub").map(|xpub| {
                // Electrum knows no tokens.
                let has_tokens = config.family() == Family::Blocks;
                let contract = text(&members, "contract").filter(|_| has_tokens);
                whole(xpub, contract, text(&members, "address"))
            })),
            Some(_) => Err(Breaks),
        }
    }

    /// What a wallet's key stands for.
    pub(super) fn of_key(key: &str, config: &Config) -> Self {
        let (xpub, contract) = match key.split_once('_') {
            Some((xpub, contract)) if config.family() == Family::Blocks => (xpub, Some(contract.to_owned())),
            _ => (key, None),
        };
        Self { xpub: xpub.to_owned(), contract, address: None }
    }

    /// What events and filters name it by (measured, Bitcart `065c8421`, capture `eth_ws`: t-walletkey,
    /// t-unfiltered).
    pub(super) fn key(&self) -> String {
        match &self.contract {
            Some(contract) => format!("{}_{contract}", self.xpub),
            None => self.xpub.clone(),
        }
    }

    /// Where it is paid.
    pub(super) fn address(&self) -> &str {
        self.address.as_deref().unwrap_or(&self.xpub)
    }

    /// Whether the daemon would recognise the key: of an Electrum one a master public key, of others an
    /// address, of Monero's a view key. Seeds and private keys are not known here.
    pub(super) fn is_recognised(&self, config: &Config) -> bool {
        let key = &self.xpub;
        match config.family() {
            Family::Electrum => {
                ["xpub", "ypub", "zpub", "tpub", "upub", "vpub"].iter().any(|prefix| key.starts_with(prefix))
            }
            Family::Blocks => is_address(key, config),
            Family::Monero => key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit()),
        }
    }
}

/// The daemon breaks on it, which is an HTTP 500.
#[derive(Debug)]
pub(super) struct Breaks;

/// Whether a text looks like an address; checksums are not looked at.
pub(super) fn is_address(text: &str, config: &Config) -> bool {
    match config.currency {
        crate::Currency::Trx => text.len() == 34 && text.starts_with('T'),
        _ => text
            .strip_prefix("0x")
            .is_some_and(|hex| hex.len() == 40 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())),
    }
}
