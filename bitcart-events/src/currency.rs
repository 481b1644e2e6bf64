//! The currencies whose daemons this crate knows.

use std::fmt;
use std::str::FromStr;

use crate::names;

/// A currency with a Bitcart daemon.
///
/// The daemons name it by its code in capitals; [`FromStr`] takes any case.
///
/// ```
/// use bitcart_events::Currency;
///
/// assert_eq!("btc".parse::<Currency>()?, Currency::Btc);
/// assert_eq!(Currency::Eth.to_string(), "ETH");
/// # Ok::<(), bitcart_events::UnknownCurrency>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Currency {
    /// Bitcoin.
    Btc,
    /// Litecoin.
    Ltc,
    /// Bitcoin Cash.
    Bch,
    /// Ergon.
    Xrg,
    /// Groestlcoin.
    Grs,
    /// Ethereum, and the tokens on it.
    Eth,
    /// Binance Coin, and the tokens on its chain.
    Bnb,
    /// Polygon, and the tokens on it.
    Matic,
    /// Tron, and the tokens on it.
    Trx,
    /// Monero.
    Xmr,
}

impl Currency {
    /// Every currency, those with an Electrum daemon first.
    pub const ALL: &'static [Self] = &[
        Self::Btc,
        Self::Ltc,
        Self::Bch,
        Self::Xrg,
        Self::Grs,
        Self::Eth,
        Self::Bnb,
        Self::Matic,
        Self::Trx,
        Self::Xmr,
    ];

    /// The code that daemons use: `"BTC"`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Btc => "BTC",
            Self::Ltc => "LTC",
            Self::Bch => "BCH",
            Self::Xrg => "XRG",
            Self::Grs => "GRS",
            Self::Eth => "ETH",
            Self::Bnb => "BNB",
            Self::Matic => "MATIC",
            Self::Trx => "TRX",
            Self::Xmr => "XMR",
        }
    }

    /// The port that this currency's daemon listens on if nobody changed it (Bitcart `065c8421`, 2026).
    #[must_use]
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Btc => 5000,
            Self::Ltc => 5001,
            Self::Eth => 5002,
            Self::Bch => 5004,
            Self::Xrg => 5005,
            Self::Bnb => 5006,
            Self::Matic => 5008,
            Self::Trx => 5009,
            Self::Grs => 5010,
            Self::Xmr => 5011,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        for currency in Self::ALL {
            if currency.code().eq_ignore_ascii_case(text) {
                return Ok(*currency);
            }
        }
        Err(UnknownCurrency { written: text.to_owned() })
    }
}

impl TryFrom<&str> for Currency {
    type Error = UnknownCurrency;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// A text that is not the code of any currency that this crate knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownCurrency {
    written: String,
}

impl fmt::Display for UnknownCurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut codes = Vec::new();
        for currency in Currency::ALL {
            codes.push(currency.code());
        }
        write!(f, "unknown currency `{}`", self.written)?;
        if let Some(meant) = names::closest(&self.written.to_uppercase(), &codes) {
            write!(f, ", did you mean {meant}?")?;
        }
        write!(f, " (the currencies are {})", codes.join(", "))
    }
}

impl std::error::Error for UnknownCurrency {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_macros_know_the_same_currencies() {
        let codes: Vec<_> = Currency::ALL.iter().map(|currency| currency.code()).collect();
        let (_, known) = bitcart_events_macros::known!();
        assert_eq!(codes, known);
    }

    #[test]
    fn a_misspelt_code_is_answered_with_the_closest() {
        let error = "BTX".parse::<Currency>().unwrap_err().to_string();
        assert!(error.contains("did you mean BTC?"), "{error}");
    }
}
