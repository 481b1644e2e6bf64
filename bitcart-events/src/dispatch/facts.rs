//! What is delivered once for ever: a height of a currency, and a transaction of a wallet.
//!
//! A manager's daemon announces a block once for each of its wallets (capture `webhook_http`: height 159 twice), and
//! a wallet that is closed and loaded sends its transactions again (capture `eth_ws`). A payment's status is not a
//! fact of this kind: it may honestly come back.
//!
//! A fact whose handler failed was not delivered, and may come again. Equal transfers of one transaction are told
//! apart by their ordinal among the updates that came together; the daemons that push webhooks have no such transfers.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash, RandomState};

use crate::field::IntField;
use crate::schema::event;
use crate::source::Lane;
use crate::{Payload, Update};

/// How many heights of a lane, and how many transactions in all, are remembered.
const HEIGHTS: usize = 4_096;
const TRANSACTIONS: usize = 65_536;

/// The facts that were delivered lately, or are about to be.
#[derive(Default)]
pub(super) struct Facts {
    heights: HashMap<Lane, Recent<u64>>,
    transactions: Recent<(Digest, u32)>,
    hashers: [RandomState; 2],
}

/// What an update states.
pub(super) enum Fact {
    Height(Lane, u64),
    Transaction(Digest, u32),
}

/// 128 bits, so that two transactions are never taken for one.
type Digest = [u64; 2];

/// How often each transaction came in one batch.
#[derive(Default)]
pub(super) struct Ordinals(HashMap<Digest, u32>);

/// It was delivered before.
pub(super) struct Repeated;

impl Facts {
    /// The fact that the update states, if it states one, as about to be delivered.
    pub(super) fn claim(
        &mut self,
        update: &Update,
        lane: &Lane,
        ordinals: &mut Ordinals,
    ) -> Result<Option<Fact>, Repeated> {
        let name = update.event().name();
        let (fact, is_new) = if name == event::NewBlock::SCHEMA.name {
            // What is no height is rejected when the handler's arguments are read.
            let Ok(height) = u64::from_field(update.field(0)) else { return Ok(None) };
            let heights = self.heights.entry(lane.clone()).or_default();
            (Fact::Height(lane.clone(), height), heights.add(height, HEIGHTS))
        } else if name == event::NewTransaction::SCHEMA.name {
            let digest = self.digest(update);
            let ordinal = ordinals.0.entry(digest).or_default();
            *ordinal += 1;
            (Fact::Transaction(digest, *ordinal), self.transactions.add((digest, *ordinal), TRANSACTIONS))
        } else {
            return Ok(None);
        };
        if is_new { Ok(Some(fact)) } else { Err(Repeated) }
    }

    /// It was not delivered after all.
    pub(super) fn release(&mut self, fact: &Fact) {
        match fact {
            Fact::Height(lane, height) => {
                if let Some(heights) = self.heights.get_mut(lane) {
                    heights.remove(height);
                }
            }
            Fact::Transaction(digest, ordinal) => self.transactions.remove(&(*digest, *ordinal)),
        }
    }

    /// The transaction with all its fields: one transaction can hold several transfers.
    fn digest(&self, update: &Update) -> Digest {
        let fields = update.event().schema().fields;
        let values: Vec<Option<&str>> = (0..fields.len()).map(|column| update.field(column).raw()).collect();
        self.hashers.each_ref().map(|state| {
            let mut hasher = state.build_hasher();
            (update.currency(), update.coin().wallet(), &values).hash(&mut hasher);
            std::hash::Hasher::finish(&hasher)
        })
    }
}

/// A set that forgets its oldest entries.
struct Recent<T> {
    known: HashSet<T>,
    order: VecDeque<T>,
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self { known: HashSet::new(), order: VecDeque::new() }
    }
}

impl<T: Hash + Eq + Copy> Recent<T> {
    /// Whether it is new.
    fn add(&mut self, entry: T, limit: usize) -> bool {
        if !self.known.insert(entry) {
            return false;
        }
        self.order.push_back(entry);
        if self.order.len() > limit
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }

    /// Looks from the newest on: what is removed was added a moment ago.
    fn remove(&mut self, entry: &T) {
        if self.known.remove(entry)
            && let Some(place) = self.order.iter().rposition(|known| known == entry)
        {
            self.order.remove(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten() {
        let mut recent = Recent::default();
        assert!((0..10).all(|entry| recent.add(entry, 3)));
        assert_eq!(recent.known.len(), 3);
        assert!(!recent.add(9, 3));
        assert!(recent.add(0, 3));
        recent.remove(&0);
        assert!(recent.add(0, 3));
    }
}
