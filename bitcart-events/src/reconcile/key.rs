//! What something is known by: short, because an event says it each time.

use std::hash::{BuildHasher, Hasher};
use std::sync::LazyLock;

use foldhash::quality::RandomState;

use super::state::State;

/// 64 bits of a request's id or a transaction's hash, and what is said of it, under a secret of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(u64);

/// Some of them, in order: a list, because there are few, and seldom any. Each goes in where it belongs, which is some 4 ms for
/// all 16,384 that a wallet may have, and 30 ms for 40,000.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys(Vec<u64>);

impl Keys {
    pub(super) fn insert(&mut self, key: Key) {
        if let Err(at) = self.0.binary_search(&key.0) {
            self.0.insert(at, key.0);
        }
    }

    pub(super) fn contains(&self, key: Key) -> bool {
        self.0.binary_search(&key.0).is_ok()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    #[cfg(test)]
    pub(super) fn of(keys: impl Iterator<Item = Key>) -> Self {
        let mut all = Self::default();
        keys.for_each(|key| all.insert(key));
        all
    }
}

/// Of what: the first part of its name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Request,
    Transaction,
    Verified,
}

const REQUEST: &str = "request";
const TRANSACTION: &str = "tx";
const VERIFIED: &str = "verified";

impl Kind {
    pub(super) fn of(state: &State) -> Self {
        match state {
            State::Standing(_) => Self::Request,
            State::Seen => Self::Transaction,
            State::Height(_) => Self::Verified,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Request => REQUEST,
            Self::Transaction => TRANSACTION,
            Self::Verified => VERIFIED,
        }
    }

    /// Of what a name is, behind the wallet's prefix, and which.
    pub(super) fn split(name: &str) -> Option<(Self, &str)> {
        let (kind, id) = name.split_once('/')?;
        let kind = match kind {
            REQUEST => Self::Request,
            TRANSACTION => Self::Transaction,
            VERIFIED => Self::Verified,
            _ => return None,
        };
        Some((kind, id))
    }
}

impl Key {
    pub(super) fn of(kind: Kind, id: &str) -> Self {
        static SECRET: LazyLock<RandomState> = LazyLock::new(RandomState::default);
        let mut hasher = SECRET.build_hasher();
        hasher.write(id.as_bytes());
        // The same id is another key for each kind.
        Self(hasher.finish() ^ (kind as u64).rotate_right(2))
    }

    pub(super) fn request(id: &str) -> Self {
        Self::of(Kind::Request, id)
    }

    pub(super) fn transaction(hash: &str) -> Self {
        Self::of(Kind::Transaction, hash)
    }

    pub(super) fn verified(hash: &str) -> Self {
        Self::of(Kind::Verified, hash)
    }

    /// The one of a name, behind the wallet's prefix.
    pub(super) fn named(name: &str) -> Option<Self> {
        Kind::split(name).map(|(kind, id)| Self::of(kind, id))
    }
}

/// It is a hash already.
impl std::hash::Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(self.0.into());
    }
}

impl State {
    /// What it is known by that this is said of.
    pub(super) fn key(&self, id: &str) -> Key {
        Key::of(Kind::of(self), id)
    }

    /// The same for an inbox.
    pub(super) fn name(&self, id: &str) -> String {
        [Kind::of(self).name(), "/", id].concat()
    }
}
