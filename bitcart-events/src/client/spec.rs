//! What a daemon says of itself in `/spec`.

use super::reply::{Odd, Reply};

/// A daemon's `/spec`: its version, and the names of its errors.
///
/// Measured at Bitcart `065c8421` (captures `btc_rpc` and `eth_rpc`: spec).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DaemonSpec {
    /// The version of the interface, `4.5.0`.
    pub version: String,
    /// The errors, in the daemon's order; [`exception`](Self::exception) finds one by its code.
    pub exceptions: Vec<DaemonException>,
    /// Whether Lightning is switched on. `None` where there is none: ETH, BNB, MATIC, TRX, XMR.
    pub lightning: Option<bool>,
    raw: String,
}

/// One kind of error in a [`DaemonSpec`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DaemonException {
    /// The code that the daemon answers it with, -32000.
    pub code: i64,
    /// `WalletNotLoadedError`.
    pub name: String,
    /// What it means.
    pub description: String,
}

impl DaemonException {
    fn read(code: i64, text: &str) -> Result<Self, Odd> {
        let reply = Reply::new(text)?;
        let name = reply.wanted(Reply::text, "exc_name");
        let description = reply.wanted(Reply::text, "docstring");
        reply.done(Self { code, name, description })
    }
}

impl DaemonSpec {
    pub(super) fn read(text: &str) -> Result<Self, Odd> {
        let reply = Reply::new(text)?;
        let version = reply.wanted(Reply::text, "version");
        let named = Reply::new(reply.raw("exceptions").ok_or_else(|| reply.lacks("exceptions"))?)?;
        let mut exceptions = Vec::new();
        for name in named.names() {
            // A code that is no number names no error that a daemon could answer.
            if let (Ok(code), Some(exception)) = (name.parse(), named.raw(name)) {
                exceptions.push(DaemonException::read(code, exception)?);
            }
        }
        let mut lightning = None;
        if let Some(capabilities) = reply.raw("capabilities") {
            let capabilities = Reply::new(capabilities)?;
            lightning = capabilities.flag("lightning");
            capabilities.done(())?;
        }
        reply.done(Self { version, exceptions, lightning, raw: text.to_owned() })
    }

    /// The error that the daemon answers with this code.
    #[must_use]
    pub fn exception(&self, code: i64) -> Option<&DaemonException> {
        self.exceptions.iter().find(|exception| exception.code == code)
    }

    /// The whole answer, as the JSON text that it came as.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }
}
