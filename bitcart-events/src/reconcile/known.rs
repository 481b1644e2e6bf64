//! All that is known of one wallet.

use super::key::{Key, Kind};
use super::state::{Standing, State};
use crate::by_id::ById;
use crate::inbox::Remember;

pub(super) const LOOKED_AT_REQUESTS: &str = "looked/requests";
pub(super) const LOOKED_AT_HISTORY: &str = "looked/history";
pub(super) const HEIGHT: &str = "height";

/// Under short keys, whether it is from an inbox or held here.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
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
    pub(crate) fn read(prefix: &str, recalled: Vec<(String, Vec<u8>)>) -> Self {
        let mut known = Self::default();
        for (name, value) in recalled {
            if known.put(prefix, &name, value).is_none() {
                return Self::unreadable(&name);
            }
            let name = name.strip_prefix(prefix).unwrap_or_default();
            if Kind::split(name).is_some_and(|(kind, _)| kind != Kind::Request) {
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
                let (kind, id) = Kind::split(name)?;
                let state = match kind {
                    Kind::Request => State::Standing(Standing::read(&value)?),
                    Kind::Transaction => State::Seen,
                    Kind::Verified => State::Height(value.parse().ok()?),
                };
                self.note(Key::of(kind, id), state);
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

    /// Forgets all of it, but keeps memory for so much.
    pub(super) fn clear(&mut self, room: usize) {
        let mut said = std::mem::take(&mut self.said);
        if said.capacity() / 2 > room {
            said = ById::with_capacity_and_hasher(room, Default::default());
        } else {
            said.clear();
        }
        *self = Self { said, ..Self::default() };
    }

    /// Forgets the transactions that a look is done with.
    pub(super) fn keep(&mut self, is_kept: impl Fn(Key) -> bool) {
        self.said.retain(|key, state| Kind::of(state) == Kind::Request || is_kept(*key));
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

    /// What the inbox that it is from calls what it knows of transactions.
    pub(super) fn names(&self) -> &[String] {
        &self.names
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
