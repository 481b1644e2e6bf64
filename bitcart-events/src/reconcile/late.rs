//! What was delivered in the place of events that may come after all.

use std::sync::{Arc, OnceLock};

use super::key::Key;
use super::state::State;

/// Of how many events it is known that they were delivered.
const MOST: usize = 1_024;

/// Whether a batch was stored, when that is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stored(Arc<OnceLock<bool>>);

impl Stored {
    pub(crate) fn tell(&self, is_stored: bool) {
        // It is told once.
        let _ = self.0.set(is_stored);
    }

    fn is(&self, is_stored: bool) -> bool {
        self.0.get() == Some(&is_stored)
    }
}

/// In the order of their keys.
#[derive(Debug, Default)]
pub(super) struct Late(Vec<Told>);

#[derive(Debug)]
struct Told {
    key: Key,
    state: State,
    delivered: Stored,
    /// With what the event came. If that was not stored, it comes once more.
    came: Option<Stored>,
}

impl Late {
    /// It is about to be delivered, with others.
    pub(super) fn add(&mut self, key: Key, state: State, with: &mut Option<Stored>) {
        if self.0.len() >= MOST {
            self.0.clear();
        }
        let delivered = with.get_or_insert_default().clone();
        let at = match self.place(key) {
            Ok(at) => {
                self.0.remove(at);
                at
            }
            Err(at) => at,
        };
        self.0.insert(at, Told { key, state, delivered, came: None });
    }

    fn place(&self, key: Key) -> Result<usize, usize> {
        self.0.binary_search_by_key(&key, |told| told.key)
    }

    /// Whether an event says only what was delivered in its place. The next one that does is another one, unless this one's batch
    /// is not stored.
    pub(super) fn has(&mut self, key: Key, state: &State, with: &mut Option<Stored>) -> bool {
        let Ok(at) = self.place(key) else { return false };
        let mut told = self.0.remove(at);
        if told.delivered.is(false) || told.state.differs(state) {
            return false;
        }
        let is_it = match &told.came {
            Some(before) if before.is(true) => return false,
            // It is not known yet.
            Some(before) if !before.is(false) => false,
            _ => {
                told.came = Some(with.get_or_insert_default().clone());
                true
            }
        };
        self.0.insert(at, told);
        is_it
    }
}

#[cfg(test)]
mod tests {
    use super::super::state::Standing;
    use super::*;
    use crate::PaymentStatus;

    #[test]
    fn what_comes_late_and_is_not_stored_is_late_once_more() {
        let (mut late, key) = (Late::default(), Key::request("a"));
        let paid = State::Standing(Standing::new(PaymentStatus::Paid, None, None));
        let stored = |is_stored: bool| Some(Stored(Arc::new(is_stored.into())));
        late.add(key, paid.clone(), &mut stored(false));
        assert!(!late.has(key, &paid, &mut stored(true)), "it is the first");

        late.add(key, paid.clone(), &mut stored(true));
        assert!(late.has(key, &paid, &mut stored(false)));
        let mut again = None;
        assert!(late.has(key, &paid, &mut again));
        assert!(!late.has(key, &paid, &mut again), "a real repeat");
        again.unwrap().tell(true);
        assert!(!late.has(key, &paid, &mut stored(true)), "another one");
    }
}
