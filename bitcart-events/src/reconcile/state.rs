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
use std::num::NonZeroU64;

use siphasher::sip::SipHasher13;

use crate::PaymentStatus;

/// How far a request has come. It is small, because many are held: what does not fit the processor's cache is slow to write down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Never that it is expired, which no daemon announces: that is unpaid to all who wait for money.
    status: i64,
    /// What was sent, without zeros at its end.
    sent: Option<Box<str>>,
    /// Of the list of transactions, in any order.
    hashes: Option<NonZeroU64>,
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
    pub(crate) fn differs(&self, other: &Self) -> bool {
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

    pub(super) fn read(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let (status, sent, hashes) = (words.next()?.parse().ok()?, words.next()?, words.next()?);
        let hashes = match hashes {
            "-" => None,
            digits => Some(NonZeroU64::new(u64::from_str_radix(digits, 16).ok()?)?),
        };
        Some(Self { status, sent: (sent != "-").then(|| sent.into()), hashes })
    }
}

/// An amount as it is compared: daemons write all of its digits in events, and fewer elsewhere.
fn plain(amount: &str) -> Box<str> {
    match amount.split_once('.') {
        Some(_) => amount.trim_end_matches('0').trim_end_matches('.').into(),
        None => amount.into(),
    }
}

/// The lists are sets: in any order (capture `btc_ws`: ws2-xpub), and with doubles in XMR's queue.
fn digest(hashes: &[String]) -> NonZeroU64 {
    let mut set: Vec<&String> = Vec::with_capacity(hashes.len());
    for hash in hashes {
        if let Err(at) = set.binary_search(&hash) {
            set.insert(at, hash);
        }
    }
    let mut digest = SipHasher13::new();
    for hash in set {
        digest.write(hash.as_bytes());
        digest.write_u8(0);
    }
    NonZeroU64::new(digest.finish()).unwrap_or(NonZeroU64::MIN)
}

/// What is known of something: what the last event about it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// Of a request.
    Standing(Standing),
    /// Of a transaction: it was there.
    Seen,
    /// Of a transaction: its block.
    Height(u64),
}

impl State {
    pub(crate) fn differs(&self, other: &Self) -> bool {
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
}
