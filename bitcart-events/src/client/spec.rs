//! What a daemon says of itself in `/spec`.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::value::RawValue;

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

#[derive(Deserialize)]
struct Wire<'a> {
    version: String,
    #[serde(borrow)]
    exceptions: HashMap<String, &'a RawValue>,
    #[serde(default)]
    capabilities: Capabilities,
}

#[derive(Deserialize, Default)]
struct Capabilities {
    lightning: Option<bool>,
}

impl DaemonSpec {
    pub(super) fn read(text: &str) -> serde_json::Result<Self> {
        let Wire { version, exceptions, capabilities } = serde_json::from_str(text)?;
        let mut by_number = BTreeMap::new();
        for (code, exception) in exceptions {
            // A code that is no number names no error that a daemon could answer.
            let Ok(code) = code.parse() else { continue };
            by_number.insert(code, serde_json::from_str(exception.get())?);
        }
        Ok(Self { version, exceptions: by_number, lightning: capabilities.lightning, raw: text.to_owned() })
    }

    /// The whole answer, as the JSON text that it came as.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }
}
