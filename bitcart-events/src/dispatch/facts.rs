//! What is delivered once for ever: a height of a currency, and a transaction of a wallet.
//!
//! A manager's daemon announces a block once for each of its wallets (capture `webhook_http`: height 159 twice), and
//! a wallet that is closed and loaded sends its transactions again (capture `eth_rpc`: get_updates-after-reload). A
//! payment's status is not a fact of this kind: it may honestly come back (capture `btc_ws`: 3, 7, 3).
//!
//! One transaction can hold several transfers that are equal in every field. So equal ones are counted over one life of
//! the daemon, as far as that can be known, and one that is beyond those delivered is new. A fact whose handler failed
//! was not delivered, and may come again.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};

use rangemap::RangeInclusiveSet;

use crate::field::IntField;
use crate::schema::event;
use crate::source::Lane;
use crate::update::Mark;
use crate::{Payload, Update};

/// How many stretches of heights of a lane, and how many transactions in all, are remembered. Heights follow each other,
/// so a stretch is as long as the daemon skipped none.
const STRETCHES: usize = 4_096;
const TRANSACTIONS: usize = 65_536;

/// The facts that were delivered lately, or are about to be.
#[derive(Default)]
pub(super) struct Facts {
    heights: HashMap<Lane, RangeInclusiveSet<u64>>,
    transactions: Transactions,
}

/// What an update states.
pub(super) enum Fact {
    Height(Lane, u64),
    Transaction(Mark),
}

/// A time in which a daemon sends each transfer once: it sends them again after it was restarted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Life(u64);

impl Life {
    /// Another one than all before.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// It was delivered before.
pub(super) struct Repeated;

impl Facts {
    /// The fact that the update states, if it states one, as about to be delivered.
    pub(super) fn claim(
        &mut self,
        update: &Update,
        lane: &Lane,
        life: Life,
    ) -> Result<Option<Fact>, Repeated> {
        let name = update.event().name();
        let (fact, is_new) = if name == event::NewBlock::SCHEMA.name {
            // What is no height is rejected when the handler's arguments are read.
            let Ok(height) = u64::from_field(update.field(0)) else { return Ok(None) };
            let heights = self.heights.entry(lane.clone()).or_default();
            (Fact::Height(lane.clone(), height), add(heights, height))
        } else if name == event::NewTransaction::SCHEMA.name {
            let transfer = Mark::of((update.currency(), update.coin().wallet(), update.mark()));
            (Fact::Transaction(transfer), self.transactions.add(transfer, life))
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
                    heights.remove(*height..=*height);
                }
            }
            Fact::Transaction(transfer) => self.transactions.remove(transfer),
        }
    }
}

/// Whether the height is new.
fn add(heights: &mut RangeInclusiveSet<u64>, height: u64) -> bool {
    if heights.contains(&height) {
        return false;
    }
    heights.insert(height..=height);
    if heights.len() > STRETCHES
        && let Some(lowest) = heights.first().cloned()
    {
        heights.remove(lowest);
    }
    true
}

/// How often each transfer was sent and delivered. The oldest are forgotten.
#[derive(Default)]
struct Transactions {
    known: HashMap<Mark, Count>,
    order: VecDeque<Mark>,
}

struct Count {
    life: Life,
    sent: u32,
    delivered: u32,
}

impl Transactions {
    /// Whether it is one more than were delivered.
    fn add(&mut self, transfer: Mark, life: Life) -> bool {
        let count = self.known.entry(transfer).or_insert_with(|| {
            self.order.push_back(transfer);
            Count { life, sent: 0, delivered: 0 }
        });
        if count.life != life {
            (count.life, count.sent) = (life, 0);
        }
        count.sent += 1;
        let is_new = count.sent > count.delivered;
        count.delivered += u32::from(is_new);
        if self.order.len() > TRANSACTIONS
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        is_new
    }

    fn remove(&mut self, transfer: &Mark) {
        if let Some(count) = self.known.get_mut(transfer) {
            count.delivered = count.delivered.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten() {
        let (mut transactions, life) = (Transactions::default(), Life::new());
        let transfer = |number: usize| Mark::of(number);
        assert!((0..=TRANSACTIONS).all(|number| transactions.add(transfer(number), life)));
        assert_eq!(transactions.known.len(), TRANSACTIONS);
        assert!(transactions.add(transfer(0), Life::new()), "forgotten");
        assert!(!transactions.add(transfer(9), Life::new()));

        let mut heights = RangeInclusiveSet::default();
        assert!((0..=STRETCHES as u64).all(|height| add(&mut heights, 2 * height)));
        assert_eq!(heights.len(), STRETCHES);
        assert!(add(&mut heights, 0), "forgotten");
        assert!(!add(&mut heights, 2));
    }

    #[test]
    fn equal_transfers_are_counted_over_a_life() {
        let (mut transactions, transfer) = (Transactions::default(), Mark::of("a"));
        let mut sent = |life| transactions.add(transfer, life);
        let (first, second) = (Life::new(), Life::new());
        assert_eq!([sent(first), sent(first)], [true, true], "two transfers");
        assert_eq!(
            [sent(second), sent(second), sent(second)],
            [false, false, true],
            "sent again, and one more"
        );
        transactions.remove(&transfer);
        assert!(transactions.add(transfer, second), "what failed may come again");
    }
}
