//! What a handler asks of its listener, beyond what every event brings.

use super::{Handler, StateNeed};

/// One thing that a handler asks for.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum Need {
    State(StateNeed),
    /// An inbox that settles events in transactions.
    InboxTx,
    /// So many attempts after a failed one.
    Retries(u32),
}

/// All of them. One list in what `#[on]` writes, so that a handler pays for what it asks for and nothing else.
#[doc(hidden)]
#[derive(Debug)]
pub struct Needs {
    pub(crate) states: Vec<StateNeed>,
    pub(crate) inbox_tx: bool,
    pub(crate) retries: Option<u32>,
}

impl Needs {
    pub const NONE: Self = Self { states: Vec::new(), inbox_tx: false, retries: None };

    #[must_use]
    pub fn of(needs: &[Need]) -> Self {
        let mut all = Self::NONE;
        for need in needs {
            match *need {
                Need::State(state) => all.states.push(state),
                Need::InboxTx => all.inbox_tx = true,
                Need::Retries(retries) => all.retries = Some(retries),
            }
        }
        all
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
