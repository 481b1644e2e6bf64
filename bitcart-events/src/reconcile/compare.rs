//! What is known, laid beside what a daemon answers.

use super::key::{Key, Keys};
use super::known::{HEIGHT, Known, LOOKED_AT_HISTORY, LOOKED_AT_REQUESTS};
use super::observe::{has_history, is_kept};
use super::present::{Present, Request, Transaction, Transactions};
use super::state::State;
use crate::Currency;
use crate::inbox::Remember;

/// How many differences are looked after in one round; the others are still there in the next.
pub(super) const MOST: usize = 1_000;
/// How many heights that were missed are told, of a daemon that tells each. Its own queue holds as many.
const BLOCKS: u64 = 100;
/// A transaction that is deeper in the chain than this is done with. Electrum itself goes by no more than a hundred.
const DEEP: u64 = 100;

/// Something that no event has said yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// Of what.
    pub(crate) key: Key,
    pub(crate) state: State,
    pub(crate) is: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    Payment(Request),
    Transaction(String),
    Verified(String, u64),
}

/// What a look has found.
#[derive(Debug, Default)]
pub(crate) struct Difference {
    /// Heights to be told at once: the [facts](crate::inbox::Fact) keep them from being told twice.
    pub(crate) blocks: Vec<u64>,
    /// In the order in which the daemon would have told them.
    pub(crate) changes: Vec<Change>,
    /// What is recorded without being told.
    pub(crate) remember: Vec<Remember>,
    /// The transactions that are not done with, if there was a look at them.
    pub(crate) kept: Option<Keys>,
}

/// Lays the two side by side. Where there was no earlier look the present is recorded, but for what is of the time `since`, in
/// seconds since 1970.
pub(crate) fn compare(
    currency: Currency,
    prefix: &str,
    known: &Known,
    present: Present,
    since: Option<u64>,
) -> Difference {
    let mut comparison = Comparison { prefix, known, since, found: Difference::default() };
    let Present { requests, transactions, height } = present;
    if let Some(height) = height {
        comparison.blocks(height, has_history(currency));
    }
    let recent = comparison.recent(transactions.as_ref());
    if let Some(requests) = requests {
        comparison.requests(requests, &recent);
    }
    if let Some(transactions) = transactions {
        comparison.transactions(&transactions);
    }
    comparison.found.changes.truncate(MOST);
    comparison.found
}

struct Comparison<'a> {
    prefix: &'a str,
    known: &'a Known,
    since: Option<u64>,
    found: Difference,
}

impl Comparison<'_> {
    fn put(&mut self, name: &str, value: Vec<u8>) {
        self.found.remember.push(Remember::Put(format!("{}{name}", self.prefix), value));
    }

    fn record(&mut self, id: &str, state: &State) {
        self.put(&state.name(id), state.value());
    }

    /// A daemon on Electrum tells the last height alone, others each (captures `btc_rpc`: get_updates-40-blocks, `eth_rpc`:
    /// get_updates-70-blocks).
    fn blocks(&mut self, height: u64, last_only: bool) {
        if let Some(done) = self.known.height
            && done < height
        {
            let most = if last_only { 1 } else { BLOCKS };
            for missed in done.max(height.saturating_sub(most)) + 1..=height {
                self.found.blocks.push(missed);
            }
        }
        if self.known.height != Some(height) {
            self.put(HEIGHT, height.to_string().into_bytes());
        }
    }

    /// The transactions since the time that is asked for: a request may be older than its payment.
    fn recent<'t>(&self, transactions: Option<&'t Transactions>) -> Vec<&'t str> {
        let mut recent = Vec::new();
        let (Some(since), Some(transactions)) = (self.since, transactions) else { return recent };
        for item in &transactions.items {
            if is_since(item, since) {
                recent.push(&*item.hash);
            }
        }
        recent
    }

    fn requests(&mut self, requests: Vec<Request>, recent: &[&str]) {
        let is_first = !self.known.looked_at_requests;
        if is_first {
            // Before the others: an inbox in memory that has no room for all of them forgets the first, and then there was no
            // look.
            self.put(LOOKED_AT_REQUESTS, Vec::new());
        }
        let created = |change: &Change| match &change.is {
            What::Payment(request) => request.created,
            _ => None,
        };
        let mut changed = Vec::new();
        for request in requests {
            if request.is_unknown() || !is_kept(&request.id) {
                continue;
            }
            let standing = request.standing();
            // Today's daemons have another id for what those of 2020 knew by its address.
            let known = self.known.standing(&request.id).or_else(|| self.known.standing(&request.address));
            let is_told = match known {
                Some(known) => !known.differs(&standing),
                None => standing.is_untouched(),
            };
            if is_told {
                continue;
            }
            let is_old = || {
                let is_new = |since: u64| {
                    request.created.is_some_and(|created| created >= since)
                        || request.tx_hashes.iter().any(|hash| recent.contains(&&**hash))
                };
                !self.since.is_some_and(is_new)
            };
            let is_recorded = is_first && known.is_none() && is_old();
            let state = State::Standing(standing);
            if is_recorded {
                self.record(&request.id, &state);
            } else {
                // At the end, as daemons list them: of those that are made later none is looked after before these.
                let at = changed.partition_point(|change| created(change) <= request.created);
                let key = state.key(&request.id);
                changed.insert(at, Change { key, state, is: What::Payment(request) });
                changed.truncate(MOST);
            }
        }
        self.found.changes.extend(changed);
    }

    fn transactions(&mut self, transactions: &Transactions) {
        let is_first = self.known.settled.is_none();
        let settled = self.known.settled.unwrap_or_default();
        let mut deep = settled;
        for item in &transactions.items {
            if let Some(height) = item.height {
                deep = deep.max((height + item.confirmations).saturating_sub(1 + DEEP));
            }
        }
        for item in &transactions.items {
            let (is_unseen, verified) = self.untold(item, transactions);
            if is_unseen {
                let is = What::Transaction(item.hash.clone());
                self.found.changes.push(Change { key: Key::transaction(&item.hash), state: State::Seen, is });
            }
            if let Some(height) = verified {
                let is = What::Verified(item.hash.clone(), height);
                let (key, state) = (Key::verified(&item.hash), State::Height(height));
                self.found.changes.push(Change { key, state, is });
            }
            if let Some(height) = item.height
                && (is_unseen || verified.is_some())
            {
                // It is not done with before it is told.
                deep = deep.min(height.saturating_sub(1));
            }
        }
        if is_first || deep != settled {
            self.put(LOOKED_AT_HISTORY, deep.to_string().into_bytes());
        }
        let mut kept = Keys::default();
        for item in &transactions.items {
            if !is_kept(&item.hash) || is_done_with(item, deep) {
                continue;
            }
            if is_first {
                let (is_unseen, verified) = self.untold(item, transactions);
                if !is_unseen {
                    self.record(&item.hash, &State::Seen);
                }
                if let Some(height) = item.height
                    && transactions.verifies
                    && verified.is_none()
                {
                    self.record(&item.hash, &State::Height(height));
                }
            }
            kept.insert(Key::transaction(&item.hash));
            kept.insert(Key::verified(&item.hash));
        }
        for name in self.known.names() {
            if Key::named(name).is_some_and(|key| !kept.contains(key)) {
                self.found.remember.push(Remember::Remove(format!("{}{name}", self.prefix)));
            }
        }
        self.found.kept = Some(kept);
    }

    /// What is to be told of a transaction: whether that it is there, and its height.
    fn untold(&self, item: &Transaction, wanted: &Transactions) -> (bool, Option<u64>) {
        let is_unseen = !self.known.has_seen(&item.hash);
        let is_old = match self.known.settled {
            Some(settled) => is_done_with(item, settled),
            None => is_unseen && !self.since.is_some_and(|since| is_since(item, since)),
        };
        if is_old || !is_kept(&item.hash) {
            return (false, None);
        }
        let verified = item
            .height
            .filter(|height| wanted.verifies && self.known.verified_at(&item.hash) != Some(*height));
        (is_unseen && wanted.told, verified)
    }
}

/// Whether it is in a block, and that is not above this one.
fn is_done_with(item: &Transaction, deep: u64) -> bool {
    item.height.is_some_and(|height| height <= deep)
}

fn is_since(item: &Transaction, since: u64) -> bool {
    item.height.is_none() || item.timestamp.is_some_and(|timestamp| timestamp >= since)
}
