//! What can be wrong with a step of a test's script.

use std::error::Error;
use std::fmt;

use super::amount::NotAnAmount;

/// A step the script asked for that the daemon could not take.
///
/// It is a mistake in the test, never something a daemon answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScriptError {
    /// The text is not an amount.
    BadAmount {
        /// The text.
        amount: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The wallet key is none that the daemon would recognise. On Electrum it starts with one of `xpub`,
    /// `ypub`, `zpub`, `tpub`, `upub`, `vpub`; Monero's is a view key of 64 hexadecimal digits; elsewhere it
    /// is an address.
    BadWallet(String),
    /// No request has this id or address.
    UnknownAddress(String),
    /// The text is no event.
    NotJson(String),
    /// The daemon is stopped and can make no request.
    Stopped,
}

impl ScriptError {
    pub(super) fn bad_amount(amount: &str, reason: NotAnAmount) -> Self {
        Self::BadAmount { amount: amount.to_owned(), reason: reason.to_string() }
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadAmount { amount, reason } => write!(f, "\"{amount}\" is not an amount: {reason}"),
            Self::BadWallet(wallet) => write!(
                f,
                "\"{wallet}\" is no wallet key that this daemon knows: on Electrum's family it begins with `xpub`, `ypub`, `zpub`, `tpub`, `upub` or `vpub`; Monero's is a view key of 64 hexadecimal digits; elsewhere it is an address"
            ),
            Self::UnknownAddress(address) => write!(f, "no request was made for the address \"{address}\""),
            Self::NotJson(text) => write!(f, "\"{text}\" is no JSON object with an \"event\""),
            Self::Stopped => f.write_str("the daemon is stopped"),
        }
    }
}

impl Error for ScriptError {}
