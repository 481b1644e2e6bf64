//! Amounts, counted exactly in a currency's smallest unit.

use std::fmt;

/// There will never be more bitcoin.
const MOST_BITCOIN: u128 = 21_000_000;
/// More than there is of anything, and little enough to be counted with any number of digits.
const MOST: u128 = 1_000_000_000_000_000;
/// Decimal places of one bitcoin.
pub(super) const BITCOIN_DIGITS: usize = 8;

/// A count of the smallest units; read and written as the decimal text the daemon uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Units(pub(super) u128);

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotAnAmount {
    /// Not digits with at most one point between them.
    Malformed,
    /// Finer than the smallest unit.
    TooFine {
        /// How many decimal places there are.
        digits: usize,
    },
    /// Nothing, less than nothing, or more than there is.
    OutOfBounds,
}

impl Units {
    /// Reads an amount of a currency with this many decimal places.
    pub(super) fn read(text: &str, digits: usize) -> Result<Self, NotAnAmount> {
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(NotAnAmount::Malformed),
            Some(parts) => parts,
            None => (text, ""),
        };
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return Err(NotAnAmount::Malformed);
        }
        if fraction.len() > digits {
            return Err(NotAnAmount::TooFine { digits });
        }
        // Writing the point further right turns coins into their smallest units without rounding.
        let units: u128 =
            format!("{whole}{fraction:0<digits$}").parse().map_err(|_| NotAnAmount::OutOfBounds)?;
        let most = if digits == BITCOIN_DIGITS { MOST_BITCOIN } else { MOST };
        let scale = 10_u128.checked_pow(u32::try_from(digits).unwrap_or(u32::MAX));
        let most = scale.and_then(|scale| most.checked_mul(scale)).unwrap_or(u128::MAX);
        if (1..=most).contains(&units) { Ok(Self(units)) } else { Err(NotAnAmount::OutOfBounds) }
    }

    /// With every decimal place: `0.50000000`.
    pub(super) fn fixed(self, digits: usize) -> String {
        let text = format!("{:0>width$}", self.0, width = digits + 1);
        let (whole, fraction) = text.split_at(text.len() - digits);
        if digits == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") }
    }

    /// Without the noughts at its end: `0.5`.
    pub(super) fn short(self, digits: usize) -> String {
        let fixed = self.fixed(digits);
        match fixed.contains('.') {
            true => fixed.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => fixed,
        }
    }
}

impl fmt::Display for NotAnAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("an amount is written in digits, like \"0.25\""),
            Self::TooFine { digits: BITCOIN_DIGITS } => f.write_str("bitcoin has 8 decimal places"),
            Self::TooFine { digits } => write!(f, "this currency has {digits} decimal places"),
            Self::OutOfBounds => f.write_str("an amount is more than 0 and at most 21000000"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        for (text, digits, units, short, fixed) in [
            ("0.5", 8, 50_000_000, "0.5", "0.50000000"),
            ("1", 8, 100_000_000, "1", "1.00000000"),
            ("0.00000001", 8, 1, "0.00000001", "0.00000001"),
            ("0.10000000", 8, 10_000_000, "0.1", "0.10000000"),
            ("21000000", 8, 2_100_000_000_000_000, "21000000", "21000000.00000000"),
            ("1.5", 18, 1_500_000_000_000_000_000, "1.5", "1.500000000000000000"),
            (
                "123456789",
                18,
                123_456_789_000_000_000_000_000_000,
                "123456789",
                "123456789.000000000000000000",
            ),
            ("70", 0, 70, "70", "70"),
        ] {
            let amount = Units::read(text, digits).unwrap();
            assert_eq!(amount, Units(units), "{text}");
            assert_eq!(amount.short(digits), short);
            assert_eq!(amount.fixed(digits), fixed);
        }
        assert_eq!(Units(0).fixed(6), "0.000000");
        assert_eq!(Units(0).short(6), "0");
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
            ("0.000000001", NotAnAmount::TooFine { digits: 8 }),
            ("0", NotAnAmount::OutOfBounds),
            ("21000000.00000001", NotAnAmount::OutOfBounds),
            ("99999999999999999999", NotAnAmount::OutOfBounds),
        ] {
            assert_eq!(Units::read(text, 8), Err(why), "{text}");
        }
    }
}
