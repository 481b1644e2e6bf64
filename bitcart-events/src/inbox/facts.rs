//! What is delivered once for ever: a height of a currency, and a transaction of a wallet.
//!
//! A manager's daemon announces a block once for each of its wallets (capture `webhook_http`: height 159 twice), and
//! a wallet that is closed and loaded sends its transactions again (capture `eth_rpc`: get_updates-after-reload). A
//! payment's status is not a fact of this kind: it may honestly come back (capture `btc_ws`: 3, 7, 3).
//!
//! One transaction can hold several transfers that are equal in every field. So equal ones are counted over one life of
//! the daemon, as far as that can be known, and one that is beyond those delivered is new.

use std::collections::hash_map::Entry;
use std::ops::RangeInclusive;

use super::{Life, Mark};
use crate::by_id::ById;

/// How many stretches of heights of a chain are remembered. Heights follow each other, so a stretch is as long as the
/// daemon skipped none.
const STRETCHES: usize = 4_096;
/// The highest that an integer of SQLite can be. No chain is as high: whatever is stated to be higher counts as this one.
const HIGHEST: u64 = i64::MAX.cast_unsigned();
/// Of how many transfers at least it is remembered how often they were sent, of twice as many at most: as many as a hash table of
/// 65,536 places takes before it grows.
const TRANSFERS: usize = 57_344;

/// The heights that were delivered, in the order of whose they are: stretches in their order, of which none touches the next.
#[derive(Default)]
pub(super) struct Heights(Vec<(String, Stretches)>);

type Stretches = Vec<RangeInclusive<u64>>;

impl Heights {
    /// Adds a height, if it is new: the stretch that it is in now.
    pub(super) fn add(&mut self, of: &str, height: u64) -> Option<RangeInclusive<u64>> {
        let height = height.min(HIGHEST);
        let stretches = self.stretches(of)?;
        let at = stretches.partition_point(|stretch| *stretch.start() <= height);
        let (before, after) = (at.checked_sub(1).and_then(|before| stretches.get(before)), stretches.get(at));
        if before.is_some_and(|before| height <= *before.end()) {
            return None;
        }
        let first = before.filter(|before| before.end() + 1 == height).map(|before| *before.start());
        let last = after.filter(|after| *after.start() == height + 1).map(|after| *after.end());
        let stretch = first.unwrap_or(height)..=last.unwrap_or(height);
        let touched = at - usize::from(first.is_some())..at + usize::from(last.is_some());
        stretches.splice(touched, [stretch.clone()]);
        if stretches.len() > STRETCHES {
            stretches.remove(0);
        }
        Some(stretch)
    }

    fn place(&self, of: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(of))
    }

    fn stretches(&mut self, of: &str) -> Option<&mut Stretches> {
        let place = self.place(of).unwrap_or_else(|new| {
            self.0.insert(new, (of.to_owned(), Vec::new()));
            new
        });
        self.0.get_mut(place).map(|(_, stretches)| stretches)
    }

    /// What was written down, in its order.
    #[cfg(feature = "sqlite")]
    pub(super) fn put(&mut self, of: &str, stretch: RangeInclusive<u64>) {
        if let Some(stretches) = self.stretches(of) {
            stretches.push(stretch);
        }
    }

    /// The lowest one that is remembered.
    #[cfg(feature = "sqlite")]
    pub(super) fn lowest(&self, of: &str) -> Option<u64> {
        let (_, stretches) = self.0.get(self.place(of).ok()?)?;
        stretches.first().map(|stretch| *stretch.start())
    }
}

/// How often each transfer was sent, of the last ones: two generations, of which the older one is forgotten when the younger
/// one is full. To forget one after the other would touch all of the memory, again and again.
#[derive(Default)]
pub(super) struct Transfers {
    younger: ById<Mark, Sent>,
    older: ById<Mark, Sent>,
}

#[derive(Clone, Copy)]
struct Sent {
    /// The last life of its daemon, and how often in it.
    life: Life,
    count: u32,
    /// How often at most in one life: so many were delivered.
    most: u32,
}

impl Sent {
    /// It was sent once more: whether that is more often than ever in one life.
    fn again(&mut self, life: Life) -> bool {
        if self.life != life {
            (self.life, self.count) = (life, 0);
        }
        self.count += 1;
        let is_new = self.count > self.most;
        self.most = self.most.max(self.count);
        is_new
    }
}

impl Transfers {
    /// It was sent once more: whether that is more often than ever in one life.
    pub(super) fn sent(&mut self, transfer: Mark, life: Life) -> bool {
        if self.younger.len() >= TRANSFERS {
            std::mem::swap(&mut self.younger, &mut self.older);
            self.younger.clear();
        }
        match self.younger.entry(transfer) {
            Entry::Occupied(mut known) => known.get_mut().again(life),
            Entry::Vacant(place) => {
                let mut sent = self.older.get(&transfer).copied().unwrap_or(Sent { life, count: 0, most: 0 });
                let is_new = sent.again(life);
                place.insert(sent);
                is_new
            }
        }
    }

    /// In which life it was sent last, and how often.
    #[cfg(feature = "sqlite")]
    pub(super) fn known(&self, transfer: Mark) -> Option<(Life, u32)> {
        let sent = self.younger.get(&transfer).or_else(|| self.older.get(&transfer));
        sent.map(|sent| (sent.life, sent.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(number: usize) -> Mark {
        Mark((number as u128).to_le_bytes())
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let (mut transfers, life) = (Transfers::default(), Life::new());
        assert!((0..=2 * TRANSFERS).all(|number| transfers.sent(mark(number), life)));
        assert_eq!((transfers.younger.len(), transfers.older.len()), (1, TRANSFERS));
        let again = Life::new();
        let known = [2 * TRANSFERS, 2 * TRANSFERS - 1, TRANSFERS];
        assert!(known.iter().all(|number| !transfers.sent(mark(*number), again)));
        assert!(transfers.sent(mark(TRANSFERS - 1), again), "forgotten");
        // What was sent lately is as good as new.
        assert!((0..TRANSFERS).all(|number| transfers.sent(mark(3 * TRANSFERS + number), life)));
        assert!(known.iter().all(|number| !transfers.sent(mark(*number), Life::new())));

        let mut heights = Heights::default();
        assert!((0..=STRETCHES as u64).all(|height| heights.add("BTC", 2 * height).is_some()));
        assert_eq!(heights.0[0].1.len(), STRETCHES);
        assert_eq!(heights.add("BTC", 0), Some(0..=0), "forgotten");
        assert_eq!(heights.add("BTC", 4), None);
        assert_eq!(heights.add("BTC", 5), Some(4..=6));
        assert_eq!(heights.add("LTC", 4), Some(4..=4), "another chain");
    }

    /// As a set of all of them would have it: what is new, and how far its stretch reaches.
    #[test]
    fn stretches_are_as_long_as_they_can_be() {
        let mut random = fastrand::Rng::with_seed(6);
        for _ in 0..200 {
            let (mut heights, mut all) = (Heights::default(), std::collections::BTreeSet::new());
            for _ in 0..40 {
                let height = random.u64(..30);
                let added = heights.add("BTC", height);
                assert_eq!(added.is_some(), all.insert(height));
                let Some(stretch) = added else { continue };
                let lowest = (0..=height).rev().take_while(|height| all.contains(height)).last();
                let highest = (height..).take_while(|height| all.contains(height)).last();
                assert_eq!((Some(*stretch.start()), Some(*stretch.end())), (lowest, highest));
            }
            let count: u64 = heights.0[0].1.iter().map(|stretch| stretch.end() - stretch.start() + 1).sum();
            assert_eq!(count, all.len() as u64);
        }
    }

    #[test]
    fn equal_transfers_are_counted_over_a_life() {
        let mut transfers = Transfers::default();
        let (first, second) = (Life::new(), Life::new());
        let mut sent = |life| transfers.sent(mark(1), life);
        assert_eq!([sent(first), sent(first)], [true, true], "two transfers");
        assert_eq!(
            [sent(second), sent(second), sent(second)],
            [false, false, true],
            "sent again, and one more"
        );
    }
}
