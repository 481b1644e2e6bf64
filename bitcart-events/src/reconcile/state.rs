//! What is kept of a wallet: how far each request and transaction has come, as its events said it.
//!
//! Each is one small value under a key of its own, so that an event changes one of them, and all keys of a wallet begin
//! alike, so that one recall finds them:
//!
//! | key, behind `state/BTC/WALLET/` | value | |
//! |---|---|---|
//! | `request/ID` | `3 0.5 9f86d081884c7d65` | status, what was sent, a hash of the list of hashes; `-` where it was not said |
//! | `tx/HASH` | nothing | its `new_transaction` was delivered |
//! | `verified/HASH` | `106` | its `verified_tx` was delivered, for this height |
//! | `looked/requests` | nothing | there was a look at the requests: one that is not here had nothing paid then |
//! | `looked/history` | `250` | the same for transactions: those up to this height are done with, and not kept one by one |
//! | `height` | `350` | up to here the blocks are done with |

use std::fmt::Write;
use std::hash::Hasher;

use siphasher::sip::SipHasher13;

use super::key::Key;
use crate::PaymentStatus;
use crate::by_id::ById;
use crate::inbox::Remember;

pub(super) const LOOKED_AT_REQUESTS: &str = "looked/requests";
pub(super) const LOOKED_AT_HISTORY: &str = "looked/history";
pub(super) const HEIGHT: &str = "height";

/// How far a request has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    /// Never that it is expired, which no daemon announces: that is unpaid to all who wait for money.
    status: i64,
    /// What was sent, without zeros at its end.
    sent: Option<String>,
    /// Of the list of transactions, in any order.
    hashes: Option<u64>,
}

impl Standing {
    pub(super) fn new(status: PaymentStatus, sent: Option<&str>, hashes: Option<&[String]>) -> Self {
        let status = if status == PaymentStatus::Expired { PaymentStatus::Unpaid } else { status };
        Self { status: status.code(), sent: sent.map(plain), hashes: hashes.map(digest) }
    }

    /// A request that nobody has heard of.
    fn unheard_of() -> Self {
        Self::new(PaymentStatus::Unpaid, Some("0"), Some(&[]))
    }

    /// Whether the other one is something else, as far as both say. The amount goes before the hashes: the queue of an ETH
    /// daemon shows hashes that came later (capture `eth_rpc`: get_updates-after-payment).
    pub(super) fn differs(&self, other: &Self) -> bool {
        let sent = self.sent.as_ref().zip(other.sent.as_ref()).map(|(one, other)| one != other);
        let hashes = || self.hashes.zip(other.hashes).map(|(one, other)| one != other);
        self.status != other.status || sent.or_else(hashes).unwrap_or_default()
    }

    /// Whether it is as it was when it was made.
    pub(super) fn is_untouched(&self) -> bool {
        !self.differs(&Self::unheard_of())
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::with_capacity(48);
        // Writing to a `String` does not fail.
        let _ = write!(text, "{} ", self.status);
        text.push_str(self.sent.as_deref().unwrap_or("-"));
        if let Some(hashes) = self.hashes {
            let _ = write!(text, " {hashes:016x}");
        } else {
            text.push_str(" -");
        }
        text
    }

    fn read(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let (status, sent, hashes) = (words.next()?.parse().ok()?, words.next()?, words.next()?);
        let hashes = (hashes != "-").then(|| u64::from_str_radix(hashes, 16)).transpose().ok()?;
        Some(Self { status, sent: (sent != "-").then(|| sent.to_owned()), hashes })
    }
}

/// An amount as it is compared: daemons write all of its digits in events, and fewer elsewhere.
fn plain(amount: &str) -> String {
    match amount.split_once('.') {
        Some(_) => amount.trim_end_matches('0').trim_end_matches('.').to_owned(),
        None => amount.to_owned(),
    }
}

/// The lists are sets: in any order (capture `btc_ws`: ws2-xpub), and with doubles in XMR's queue.
fn digest(hashes: &[String]) -> u64 {
    let mut hashes: Vec<&String> = hashes.iter().collect();
    hashes.sort_unstable();
    hashes.dedup();
    let mut digest = SipHasher13::new();
    for hash in hashes {
        digest.write(hash.as_bytes());
        digest.write_u8(0);
    }
    digest.finish()
}

/// What is known of something: what the last event about it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// Of a request.
    Standing(Standing),
    /// Of a transaction: it was there.
    Seen,
    /// Of a transaction: its block.
    Height(u64),
}

impl State {
    fn is_of_transaction(&self) -> bool {
        !matches!(self, Self::Standing(_))
    }

    pub(super) fn differs(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Standing(one), Self::Standing(other)) => one.differs(other),
            (one, other) => one != other,
        }
    }

    pub(super) fn value(&self) -> Vec<u8> {
        let text = match self {
            Self::Standing(standing) => standing.text(),
            Self::Seen => String::new(),
            Self::Height(height) => height.to_string(),
        };
        text.into_bytes()
    }
}

/// All that is known of a wallet.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    pub(super) looked_at_requests: bool,
    /// Nothing as long as there was no look at the transactions.
    pub(super) settled: Option<u64>,
    pub(super) height: Option<u64>,
    said: ById<Key, State>,
    /// What the inbox that it is from calls what it knows of transactions.
    names: Vec<String>,
}

impl Known {
    /// From what was recalled. If something cannot be read nothing is known, so that the present is recorded anew: to tell
    /// of nothing is better than to have old orders shipped again.
    pub(super) fn read(prefix: &str, recalled: Vec<(String, Vec<u8>)>) -> Self {
        let mut known = Self::default();
        for (name, value) in recalled {
            if known.put(prefix, &name, value).is_none() {
                return Self::unreadable(&name);
            }
            let name = name.strip_prefix(prefix).unwrap_or_default();
            if Key::named(name).is_some_and(|key| known.said.get(&key).is_some_and(State::is_of_transaction))
            {
                known.names.push(name.to_owned());
            }
        }
        known
    }

    fn unreadable(name: &str) -> Self {
        tracing::error!(name, "what is remembered of a wallet cannot be read; it is recorded anew");
        Self::default()
    }

    fn put(&mut self, prefix: &str, name: &str, value: Vec<u8>) -> Option<()> {
        let (name, value) = (name.strip_prefix(prefix)?, String::from_utf8(value).ok()?);
        match name {
            LOOKED_AT_REQUESTS => self.looked_at_requests = true,
            LOOKED_AT_HISTORY => self.settled = Some(value.parse().ok()?),
            HEIGHT => self.height = Some(value.parse().ok()?),
            _ => {
                let state = match name.split_once('/')? {
                    ("request", _) => State::Standing(Standing::read(&value)?),
                    ("tx", _) => State::Seen,
                    ("verified", _) => State::Height(value.parse().ok()?),
                    _ => return None,
                };
                self.note(Key::named(name)?, state);
            }
        }
        Some(())
    }

    /// What an event said. Whether nothing was known of it before.
    pub(super) fn note(&mut self, key: Key, state: State) -> bool {
        self.said.insert(key, state).is_none()
    }

    /// What a look has recorded of this wallet.
    pub(super) fn record(&mut self, prefix: &str, remember: Remember) {
        if let Remember::Put(name, value) = remember
            && self.put(prefix, &name, value).is_none()
        {
            *self = Self::unreadable(&name);
        }
    }

    /// Forgets the transactions that a look is done with.
    pub(super) fn keep(&mut self, is_kept: impl Fn(Key) -> bool) {
        self.said.retain(|key, state| !state.is_of_transaction() || is_kept(*key));
    }

    /// How far a request has come, by the last event about it.
    pub(super) fn standing(&self, id: &str) -> Option<&Standing> {
        match self.said.get(&Key::request(id)) {
            Some(State::Standing(standing)) => Some(standing),
            _ => None,
        }
    }

    pub(super) fn has_seen(&self, hash: &str) -> bool {
        self.said.contains_key(&Key::transaction(hash))
    }

    pub(super) fn verified_at(&self, hash: &str) -> Option<u64> {
        match self.said.get(&Key::verified(hash)) {
            Some(State::Height(height)) => Some(*height),
            _ => None,
        }
    }

    /// How much it is.
    pub(super) fn len(&self) -> usize {
        self.said.len()
    }

    /// What the inbox that it is from calls what it knows of transactions, each with its key.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, Key)> {
        self.names.iter().filter_map(|name| Some((&**name, Key::named(name)?)))
    }
}

#[cfg(test)]
impl Known {
    /// The same, not from an inbox.
    pub(super) fn as_held(&self) -> Self {
        Self { names: Vec::new(), ..self.clone() }
    }
}

/// As far as it is known, wherever it is from.
#[cfg(test)]
impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        let looked = |known: &Self| (known.looked_at_requests, known.settled, known.height);
        (looked(self), &self.said) == (looked(other), &other.said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(status: i64, sent: Option<&str>, hashes: Option<&[&str]>) -> Standing {
        let hashes: Option<Vec<String>> =
            hashes.map(|hashes| hashes.iter().map(|&hash| hash.into()).collect());
        Standing::new(status.into(), sent, hashes.as_deref())
    }

    #[test]
    fn standings_are_compared_as_far_as_both_say() {
        let paid = standing(3, Some("0.50000000"), Some(&["a", "b"]));
        for same in [
            standing(3, Some("0.5"), Some(&["b", "a", "a"])),
            standing(3, None, Some(&["b", "a"])),
            standing(3, Some("0.5"), Some(&["c"])),
            standing(3, None, None),
        ] {
            assert!(!paid.differs(&same), "{same:?}");
        }
        for other in [
            standing(7, Some("0.5"), Some(&["a", "b"])),
            standing(3, Some("5"), Some(&["a", "b"])),
            standing(3, None, Some(&["a"])),
            standing(3, None, Some(&[])),
        ] {
            assert!(paid.differs(&other), "{other:?}");
        }
    }

    #[test]
    fn what_expires_is_not_touched_by_that() {
        assert!(standing(1, Some("0.00000000"), Some(&[])).is_untouched());
        assert!(standing(0, None, None).is_untouched());
        assert!(!standing(1, Some("0.1"), None).is_untouched());
        assert!(!standing(0, None, Some(&["a"])).is_untouched());
        assert_eq!(standing(1, None, None), standing(0, None, None));
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        for written in [
            standing(3, Some("100"), Some(&["a"])),
            standing(-2, None, None),
            standing(0, Some("0.0"), Some(&[])),
        ] {
            assert_eq!(Standing::read(&written.text()), Some(written));
        }
    }

    #[test]
    fn what_cannot_be_read_is_no_earlier_state() {
        let value = |text: &str| text.as_bytes().to_vec();
        let key = |key: &str| format!("state/BTC/x/{key}");
        let good = vec![(key(LOOKED_AT_REQUESTS), value("")), (key("request/a/b"), value("3 - -"))];
        let known = Known::read("state/BTC/x/", good.clone());
        assert!(known.looked_at_requests && known.standing("a/b").is_some());
        for bad in [("request/c", "3"), ("what", ""), ("verified/t", "high")] {
            let bad = good.iter().cloned().chain([(key(bad.0), value(bad.1))]).collect();
            assert!(!Known::read("state/BTC/x/", bad).looked_at_requests);
        }
    }
}
