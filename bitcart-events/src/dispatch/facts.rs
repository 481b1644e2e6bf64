//! What is delivered once for ever: a height of a currency, and a transaction of a wallet.
//!
//! A manager's daemon announces a block once for each of its wallets (capture `webhook_http`: height 159 twice), and
//! a wallet that is closed and loaded sends its transactions again (capture `eth_ws`). A payment's status is not a
//! fact of this kind: it may honestly come back.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash, RandomState};

use crate::field::IntField;
use crate::schema::event;
use crate::{Currency, Payload, Update};

/// How many heights of a currency, and how many transactions in all, are remembered.
const HEIGHTS: usize = 4_096;
const TRANSACTIONS: usize = 65_536;

/// The facts that were delivered lately.
#[derive(Default)]
pub(crate) struct Facts {
    heights: HashMap<Currency, Recent<u64>>,
    transactions: Recent<(Digest, u32)>,
    hashers: [RandomState; 2],
}

/// 128 bits, so that two transactions are never taken for one.
type Digest = [u64; 2];

/// Tells equal transfers that came together apart: they are as many facts as there are of them.
#[derive(Default)]
pub(crate) struct Ordinals(HashMap<Digest, u32>);

impl Facts {
    /// Whether the update states a fact that was delivered before; if not, it is remembered.
    pub(crate) fn repeats(&mut self, update: &Update, ordinals: &mut Ordinals) -> bool {
        let name = update.event().name();
        if name == event::NewBlock::SCHEMA.name {
            // What is no height is rejected when the handler's arguments are read.
            let height = u64::from_field(update.field(0));
            return height.is_ok_and(|height| {
                !self.heights.entry(update.currency()).or_default().add(height, HEIGHTS)
            });
        }
        if name != event::NewTransaction::SCHEMA.name {
            return false;
        }
        let digest = self.digest(update);
        let ordinal = ordinals.0.entry(digest).or_default();
        *ordinal += 1;
        !self.transactions.add((digest, *ordinal), TRANSACTIONS)
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
    }
}
