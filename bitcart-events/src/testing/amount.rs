//! Amounts of bitcoin, counted exactly.

use std::fmt;
use std::str::FromStr;

/// Decimal places of one bitcoin.
const DIGITS: usize = 8;
const SATOSHIS_PER_BITCOIN: u64 = 100_000_000;
/// There will never be more.
const MOST: u64 = 21_000_000 * SATOSHIS_PER_BITCOIN;

/// A count of satoshis; read and written as the decimal text the daemon uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Satoshis(pub(super) u64);

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotAnAmount {
    /// Not digits with at most one point between them.
    Malformed,
    /// Finer than a satoshi.
    TooFine,
    /// Nothing, or more than there is.
    OutOfBounds,
}

impl FromStr for Satoshis {
    type Err = NotAnAmount;

    fn from_str(text: &str) -> Result<Self, NotAnAmount> {
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(NotAnAmount::Malformed),
            Some(parts) => parts,
            None => (text, ""),
        };
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return Err(NotAnAmount::Malformed);
        }
        if fraction.len() > DIGITS {
            return Err(NotAnAmount::TooFine);
        }
        // Writing the point eight places further right turns bitcoins into satoshis without rounding.
        let satoshis: u64 =
            format!("{whole}{fraction:0<DIGITS$}").parse().map_err(|_| NotAnAmount::OutOfBounds)?;
        if (1..=MOST).contains(&satoshis) { Ok(Self(satoshis)) } else { Err(NotAnAmount::OutOfBounds) }
    }
}

impl fmt::Display for Satoshis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / SATOSHIS_PER_BITCOIN, self.0 % SATOSHIS_PER_BITCOIN);
        if fraction == 0 {
            return write!(f, "{whole}");
        }
        let fraction = format!("{fraction:0DIGITS$}");
        write!(f, "{whole}.{}", fraction.trim_end_matches('0'))
    }
}

impl fmt::Display for NotAnAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "an amount is written in digits, like \"0.25\"",
            Self::TooFine => "bitcoin has 8 decimal places",
            Self::OutOfBounds => "an amount is more than 0 and at most 21000000",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        for (text, satoshis, shown) in [
            ("0.5", 50_000_000, "0.5"),
            ("1", 100_000_000, "1"),
            ("0.00000001", 1, "0.00000001"),
            ("0.10000000", 10_000_000, "0.1"),
            ("21000000", MOST, "21000000"),
        ] {
            let amount: Satoshis = text.parse().unwrap();
            assert_eq!(amount, Satoshis(satoshis), "{text}");
            assert_eq!(amount.to_string(), shown);
        }
    }

    #[test]
    fn bad_texts_are_refused() {
        for (text, why) in [
            ("", NotAnAmount::Malformed),
            ("abc", NotAnAmount::Malformed),
            ("-1", NotAnAmount::Malformed),
            ("1.", NotAnAmount::Malformed),
            (".5", NotAnAmount::Malformed),
            ("1.2.3", NotAnAmount::Malformed),
            ("1e3", NotAnAmount::Malformed),
            ("0.000000001", NotAnAmount::TooFine),
            ("0", NotAnAmount::OutOfBounds),
            ("21000000.00000001", NotAnAmount::OutOfBounds),
            ("99999999999999999999", NotAnAmount::OutOfBounds),
        ] {
            assert_eq!(text.parse::<Satoshis>(), Err(why), "{text}");
        }
    }
}
