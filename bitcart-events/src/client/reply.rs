//! Reads the members of a daemon's answer: exactly, or not at all.

use std::fmt;

use rust_decimal::Decimal;

use crate::field::{exact, excerpt};
use crate::names::joined;
use crate::object::{self, Members, each_text, text_of};

/// What an answer should have been and is not.
#[derive(Debug)]
pub(super) struct Odd(String);

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An object in an answer. A member that is missing and one that is `null` are the same: `None`.
pub(super) struct Reply<'a>(Members<'a>);

impl<'a> Reply<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, Odd> {
        Members::read(text)
            .map(Self)
            .map_err(|_| Odd(format!("it should be an object, but is {}", excerpt(text))))
    }

    pub(super) fn raw(&self, name: &str) -> Option<&'a str> {
        self.0.said(name)
    }

    /// The first of the members that are there.
    pub(super) fn first<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().find(|name| self.raw(name).is_some()).copied()
    }

    /// The names of all members.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }

    /// A member that is there, `null` too.
    pub(super) fn present(&self, name: &str) -> Option<&'a str> {
        self.0.get(name)
    }

    /// The complaint about a member that every daemon sends.
    pub(super) fn lacks(&self, name: &str) -> Odd {
        Odd(format!("there is no `{name}` among {}", excerpt(&joined(&mut self.names(), ", "))))
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Odd> {
        self.read(name, "text", |raw| Some(text_of(raw)?.into_owned()))
    }

    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, Odd> {
        let mut texts = Vec::new();
        self.read(name, "a list of texts", |raw| each_text(raw, &mut |text| texts.push(text.into_owned())))?;
        Ok(texts)
    }

    // What is read here is valid JSON already, so what `str::parse` takes beyond JSON cannot be here.

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Odd> {
        self.read(name, "true or false", |raw| raw.parse().ok())
    }

    pub(super) fn whole(&self, name: &str) -> Result<Option<u64>, Odd> {
        self.read(name, "a whole number from 0", |raw| raw.parse().ok())
    }

    pub(super) fn signed(&self, name: &str) -> Result<Option<i64>, Odd> {
        self.read(name, "a whole number", |raw| raw.parse().ok())
    }

    fn read<T>(
        &self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Odd> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        let odd = || Odd(format!("`{name}` should be {expected}, but is {}", excerpt(raw)));
        read(raw).map(Some).ok_or_else(odd)
    }

    /// An amount as decimal text, or as a JSON number, whose digits are read as they stand.
    pub(super) fn amount(&self, name: &str) -> Result<Option<Decimal>, Odd> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        let text = if raw.starts_with('"') { self.text(name)? } else { Some(raw.to_owned()) };
        // Electrum's history has signs, `"+0.5"` (read in code).
        let text = text.as_deref().map(|text| text.strip_prefix('+').unwrap_or(text));
        let odd = || {
            Odd(format!("`{name}` should be a plain amount of at most 28 digits, but is {}", excerpt(raw)))
        };
        text.and_then(exact).map(Some).ok_or_else(odd)
    }
}

/// What the elements of a list in an answer are read as.
pub(super) fn each<T>(text: &str, read: &dyn Fn(&str) -> Result<T, Odd>) -> Result<Vec<T>, Odd> {
    let mut list = Vec::new();
    for element in elements(text)? {
        list.push(read(element)?);
    }
    Ok(list)
}

/// The elements of a list in an answer.
pub(super) fn elements(text: &str) -> Result<Vec<&str>, Odd> {
    object::elements(text).map_err(|_| Odd(format!("it should be a list, but is {}", excerpt(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_exactly_or_rejected() {
        let amount =
            |raw: &str| Reply::new(&format!(r#"{{"a": {raw}}}"#)).unwrap().amount("a").map_err(|odd| odd.0);
        for (raw, is) in [
            (r#""0.50000000""#, "0.50000000"),
            ("0.1", "0.1"),
            (r#""+2""#, "2"),
            ("1500000000000000000", "1500000000000000000"),
            // 31 digits, but the last ones say nothing.
            (r#""1234567890123.000000000000000000""#, "1234567890123"),
        ] {
            assert_eq!(amount(raw).unwrap().unwrap().to_string(), is);
        }
        for raw in ["1e-8", r#""abc""#, r#""1_000""#, "true", r#""1234567890123.000000000000000001""#] {
            let odd = amount(raw).unwrap_err();
            assert!(odd.starts_with("`a` should be a plain amount") && odd.ends_with(raw), "{odd}");
        }
        assert!(amount("null").unwrap().is_none());
    }
}
