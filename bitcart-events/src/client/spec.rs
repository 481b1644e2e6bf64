//! What a daemon says of itself in `/spec`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::reply::{Odd, Reply};

/// A daemon's `/spec`: its version, and the names of its errors.
///
/// Measured at Bitcart `065c8421` (captures `btc_rpc` and `eth_rpc`: spec).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DaemonSpec {
    /// The version of the interface, `4.5.0`.
    pub version: String,
    /// The errors by their codes.
    pub exceptions: BTreeMap<i64, DaemonException>,
    /// Whether Lightning is switched on. `None` where there is none: ETH, BNB, MATIC, TRX, XMR.
    pub lightning: Option<bool>,
    raw: String,
}

/// One kind of error in a [`DaemonSpec`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct DaemonException {
    /// `WalletNotLoadedError`.
    #[serde(rename = "exc_name")]
    pub name: String,
    /// What it means.
    #[serde(rename = "docstring")]
    pub description: String,
}

impl DaemonSpec {
    pub(super) fn read(text: &str) -> Result<Self, Odd> {
        let reply = Reply::new(text)?;
        let version = reply.text("version")?.ok_or_else(|| reply.lacks("version"))?;
        let named = Reply::new(reply.raw("exceptions").ok_or_else(|| reply.lacks("exceptions"))?)?;
        let mut exceptions = BTreeMap::new();
        for code in named.names() {
            // A code that is no number names no error that a daemon could answer.
            let Ok(number) = code.parse() else { continue };
            exceptions.extend(named.read(code, "an error")?.map(|exception| (number, exception)));
        }
        let lightning = match reply.raw("capabilities") {
            Some(capabilities) => Reply::new(capabilities)?.flag("lightning")?,
            None => None,
        };
        Ok(Self { version, exceptions, lightning, raw: text.to_owned() })
    }

    /// The whole answer, as the JSON text that it came as.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }
}
