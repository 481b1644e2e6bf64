//! Reads the members of a daemon's answer: exactly, or not at all.

use std::cell::Cell;
use std::fmt;

use rust_decimal::Decimal;

use crate::field::{exact, excerpt};
use crate::object::{self, Members, each_text, text_of};

/// What an answer should have been and is not.
#[derive(Debug)]
pub(super) struct Odd(String);

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An object in an answer. A member that is missing and one that is `null` are the same: `None`. So is one that is something else
/// than it should be, which [`done`](Self::done) says.
pub(super) struct Reply<'a> {
    members: Members<'a>,
    /// What was wrong first.
    odd: Cell<Option<Odd>>,
}

impl<'a> Reply<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, Odd> {
        match Members::read(text) {
            Ok(members) => Ok(Self { members, odd: Cell::default() }),
            Err(_) => Err(Odd(format!("it should be an object, but is {}", excerpt(text)))),
        }
    }

    /// What was made of its members, unless one was odd.
    pub(super) fn done<T>(&self, read: T) -> Result<T, Odd> {
        match self.odd.take() {
            None => Ok(read),
            Some(odd) => Err(odd),
        }
    }

    pub(super) fn raw(&self, name: &str) -> Option<&'a str> {
        self.members.said(name)
    }

    /// The first of the members that are there.
    pub(super) fn first<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().find(|name| self.raw(name).is_some()).copied()
    }

    /// The names of all members.
    pub(super) fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for (name, _) in self.members.iter() {
            names.push(&**name);
        }
        names
    }

    /// A member that is there, `null` too.
    pub(super) fn present(&self, name: &str) -> Option<&'a str> {
        self.members.get(name)
    }

    /// A member that every daemon sends.
    pub(super) fn wanted<T: Default>(&self, read: fn(&Self, &str) -> Option<T>, name: &str) -> T {
        let value = read(self, name);
        if value.is_none() {
            // Of one that is there it is said already what is wrong with it.
            self.note(self.lacks(name));
        }
        value.unwrap_or_default()
    }

    /// The complaint about a member that every daemon sends.
    pub(super) fn lacks(&self, name: &str) -> Odd {
        Odd(format!("there is no `{name}` among {}", excerpt(&self.names().join(", "))))
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.read(name, "text", |raw| Some(text_of(raw)?.into_owned()))
    }

    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let mut texts = Vec::new();
        self.read(name, "a list of texts", |raw| each_text(raw, &mut |text| texts.push(text.into_owned())));
        texts
    }

    // What is read here is valid JSON already, so what `str::parse` takes beyond JSON cannot be here.

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.read(name, "true or false", |raw| raw.parse().ok())
    }

    pub(super) fn whole(&self, name: &str) -> Option<u64> {
        self.read(name, "a whole number from 0", |raw| raw.parse().ok())
    }

    pub(super) fn signed(&self, name: &str) -> Option<i64> {
        self.read(name, "a whole number", |raw| raw.parse().ok())
    }

    /// An amount as decimal text, or as a JSON number, whose digits are read as they stand.
    pub(super) fn amount(&self, name: &str) -> Option<Decimal> {
        self.read(name, "a plain amount of at most 28 digits", |raw| {
            let text = if raw.starts_with('"') { text_of(raw)? } else { raw.into() };
            // Electrum's history has signs, `"+0.5"` (read in code).
            exact(text.strip_prefix('+').unwrap_or(&text))
        })
    }

    fn read<T>(&self, name: &str, expected: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let raw = self.raw(name)?;
        let value = read(raw);
        if value.is_none() {
            self.mistaken(name, expected, raw);
        }
        value
    }

    fn mistaken(&self, name: &str, expected: &str, raw: &str) {
        self.note(Odd(format!("`{name}` should be {expected}, but is {}", excerpt(raw))));
    }

    fn note(&self, odd: Odd) {
        let first = self.odd.take().unwrap_or(odd);
        self.odd.set(Some(first));
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
    use super::super::error::RpcError;
    use super::super::{Balance, DaemonInfo, DaemonSpec, History, PaymentRequest, TxInfo};
    use super::*;
    use crate::Currency;

    #[test]
    fn an_amount_is_read_exactly_or_rejected() {
        let amount = |raw: &str| {
            let text = format!(r#"{{"a": {raw}}}"#);
            let reply = Reply::new(&text).unwrap();
            let amount = reply.amount("a");
            reply.done(amount).map_err(|odd| odd.0)
        };
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

    /// Each reader has to ask what was odd when it has read all.
    #[test]
    fn no_answer_with_an_odd_member_is_read() {
        let request = |text: &str| PaymentRequest::read(Currency::Btc, text).map(drop);
        type Reader<'r> = &'r dyn Fn(&str) -> Result<(), Odd>;
        let readers: [(Reader<'_>, &[(&str, &str)]); 8] = [
            (
                &|text| Balance::read(text).map(drop),
                &[(r#"{"confirmed": "1", "lightning": true}"#, "`lightning` should be a plain amount")],
            ),
            (
                &|text| TxInfo::read(text).map(drop),
                &[(r#"{"confirmations": -1}"#, "`confirmations` should be a whole number from 0")],
            ),
            (
                &|text| History::read(text).map(drop),
                &[
                    (r#"[{"txid": "t", "timestamp": "soon"}]"#, "`timestamp` should be a whole number"),
                    (r#"{"transactions": [{"height": 1}]}"#, "there is no `txid` among height"),
                    (r#"{"summary": {}}"#, "there is no `transactions` among summary"),
                ],
            ),
            (
                &|text| DaemonInfo::read(text).map(drop),
                &[
                    (r#"{"connected": 1}"#, "`connected` should be true or false, but is 1"),
                    (r#"{"connected": true, "version": 4}"#, "`version` should be text, but is 4"),
                ],
            ),
            (
                &|text| RpcError::read(text).map(drop),
                &[
                    (r#"{"code": 1.5, "message": ""}"#, "`code` should be a whole number"),
                    (r#"{"code": 1, "message": null}"#, "there is no `message` among code, message"),
                ],
            ),
            (
                &|text| DaemonSpec::read(text).map(drop),
                &[
                    (r#"{"exceptions": {}}"#, "there is no `version` among exceptions"),
                    (r#"{"version": "1"}"#, "there is no `exceptions` among version"),
                    (
                        r#"{"version": "1", "exceptions": {"-1": {"docstring": ""}}}"#,
                        "there is no `exc_name`",
                    ),
                    (
                        r#"{"version": "1", "exceptions": {}, "capabilities": {"lightning": 0}}"#,
                        "`lightning` should be true or false",
                    ),
                ],
            ),
            (
                &request,
                &[
                    (r#"{"status": 0}"#, "there is no `address` among status"),
                    (r#"{"address": "a"}"#, "there is no `status` among address"),
                    (r#"{"address": "a", "status": true}"#, "`status` should be a whole number"),
                    (r#"{"address": "a", "status": 0, "request_id": 1}"#, "`request_id` should be text"),
                    (
                        r#"{"address": "a", "status": 0, "amount_BTC": "much"}"#,
                        "`amount_BTC` should be a plain",
                    ),
                    (r#"{"address": "a", "status": 0, "exp": "never"}"#, "`exp` should be a whole number"),
                    (
                        r#"{"address": "a", "status": 0, "tx_hashes": ["t", 1]}"#,
                        "`tx_hashes` should be a list of",
                    ),
                ],
            ),
            // What was odd first is said.
            (&request, &[(r#"{"address": 1, "URI": 2}"#, "`address` should be text, but is 1")]),
        ];
        for (read, answers) in readers {
            for (answer, complaint) in answers {
                let odd = read(answer).unwrap_err().0;
                assert!(odd.starts_with(complaint), "{answer}: {odd}");
            }
        }
    }
}
