//! What a handler asks of its listener, beyond what every event brings.

use super::{Handler, StateNeed};

/// One thing that an argument asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Need {
    State(StateNeed),
    /// An inbox that settles events in transactions.
    #[cfg_attr(not(feature = "sqlite"), expect(dead_code, reason = "without SQLite nothing asks for it"))]
    InboxTx,
}

/// All that a handler asks for.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    pub(crate) states: Vec<StateNeed>,
    pub(crate) inbox_tx: bool,
    /// So many attempts after a failed one.
    pub(crate) retries: Option<u32>,
}

impl Needs {
    pub(crate) fn add(&mut self, need: Need) {
        match need {
            Need::State(state) => self.states.push(state),
            Need::InboxTx => self.inbox_tx = true,
        }
    }
}

impl Handler {
    pub(crate) fn states(&self) -> &[StateNeed] {
        self.needs().map_or(&[], |needs| &needs.states)
    }

    /// Whether it can only run with an inbox that [has effects](crate::inbox::Inbox::has_effects).
    pub(crate) fn needs_inbox_tx(&self) -> bool {
        self.needs().is_some_and(|needs| needs.inbox_tx)
    }

    /// How often it is tried again after it failed, if it says so itself.
    pub(crate) fn retries(&self) -> Option<u32> {
        self.needs()?.retries
    }

    fn needs(&self) -> Option<&Needs> {
        match self {
            Self::Registered(registration, _) => Some(&registration.needs),
            Self::ByHand(_) => None,
        }
    }
}
