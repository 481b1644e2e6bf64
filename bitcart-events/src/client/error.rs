//! Errors of the daemon, by their names.

use std::fmt;

use super::DaemonSpec;
use super::reply::{Odd, Reply};

/// What a daemon answered instead of a result.
///
/// Its name is the one that the daemon's own `/spec` has for the code, `WalletNotLoadedError` for -32000. The daemons
/// of 2020 have no `/spec`; there it is the Python exception that stands in the message, `KeyError`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DaemonError {
    /// The JSON-RPC code.
    pub code: i64,
    /// The error's name.
    pub name: String,
    /// What the daemon says.
    pub message: String,
}

/// The code of a method that the daemon does not have.
const NO_SUCH_METHOD: i64 = -32601;
/// The code of every request without a right login, in HTTP 200.
const UNAUTHORIZED: i64 = -32600;

impl DaemonError {
    /// Whether the daemon has no such method, because it is older or newer.
    #[must_use]
    pub fn is_unknown_method(&self) -> bool {
        self.code == NO_SUCH_METHOD
    }

    /// Whether the method has no parameter of this name (capture `btc_rpc`: add_request). It has done nothing then.
    pub(super) fn is_unknown_parameter(&self, name: &str) -> bool {
        self.message.contains(&format!("got an unexpected keyword argument '{name}'"))
    }
}

impl fmt::Display for DaemonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.name, self.code, self.message)
    }
}

impl std::error::Error for DaemonError {}

/// The `error` of an answer.
pub(super) struct RpcError {
    code: i64,
    message: String,
}

impl RpcError {
    pub(super) fn read(text: &str) -> Result<Self, Odd> {
        let reply = Reply::new(text)?;
        let code = reply.wanted(Reply::signed, "code");
        let message = reply.wanted(Reply::text, "message");
        reply.done(Self { code, message })
    }

    pub(super) fn is_unauthorized(&self) -> bool {
        self.code == UNAUTHORIZED && self.message == "Unauthorized"
    }

    pub(super) fn named(self, spec: Option<&DaemonSpec>) -> DaemonError {
        let Self { code, message } = self;
        let name = match spec.and_then(|spec| spec.exception(code)) {
            Some(exception) => exception.name.clone(),
            None if code == NO_SUCH_METHOD => "ProcedureNotFoundError".to_owned(),
            None => python_exception(&message).unwrap_or("Error").to_owned(),
        };
        DaemonError { code, name, message }
    }
}

/// The `KeyError` of `KeyError: None`.
fn python_exception(message: &str) -> Option<&str> {
    let (path, _) = message.split_once(':')?;
    let name = path.rsplit('.').next()?;
    name.chars().all(|letter| letter.is_ascii_alphanumeric()).then_some(name).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(code: i64, message: &str, spec: Option<&DaemonSpec>) -> String {
        RpcError { code, message: message.to_owned() }.named(spec).name
    }

    #[test]
    fn names_come_from_the_spec_and_else_from_the_text() {
        let spec = r#"{"version": "4.5.0", "exceptions": {"-32000": {"exc_name": "WalletNotLoadedError", "docstring": ""}}}"#;
        let spec = DaemonSpec::read(spec).unwrap();
        assert_eq!(named(-32000, "Wallet not loaded", Some(&spec)), "WalletNotLoadedError");
        assert_eq!(named(-32603, "KeyError: None", Some(&spec)), "KeyError");
        assert_eq!(named(-32601, "Procedure not found", None), "ProcedureNotFoundError");
        assert_eq!(named(-32005, "electrum.util.UserFacingException: Seed", None), "UserFacingException");
        assert_eq!(named(-32000, "Wallet not loaded", None), "Error");
    }
}
