//! What a delivery brings.

use super::Few;
use crate::Coin;
use crate::inbox::{Chain, Life, Mark, Origin, ReceivedId, Remember};
use crate::intake::Together;
#[cfg(feature = "polling")]
use crate::reconcile::Keys;
use crate::source::Source;

/// Updates on their way into the inbox.
pub(crate) struct Incoming {
    pub(crate) updates: Together,
    /// What each of them says, if that was worked out before.
    pub(crate) marks: Vec<Mark>,
    pub(crate) origin: Origin,
    pub(crate) life: Life,
}

impl Incoming {
    pub(crate) fn new(updates: Together, origin: Origin, life: Life) -> Self {
        Self { updates, marks: Vec::new(), origin, life }
    }
}

/// Updates of one wallet that are accepted together, and what is committed with them.
pub(crate) struct Delivered<'a> {
    pub(crate) source: &'a Source,
    pub(crate) coin: &'a Coin,
    pub(crate) updates: Few<Incoming>,
    pub(crate) taken: Vec<ReceivedId>,
    pub(crate) remember: Vec<Remember>,
    /// What stays known after a look, where the inbox does not keep it.
    #[cfg(feature = "polling")]
    pub(crate) kept: Option<Keys>,
    pub(crate) chain: Option<Chain>,
    /// Somebody waits for the report.
    pub(crate) awaited: bool,
    /// He has nothing else to do on any thread.
    pub(crate) lends: bool,
}

impl<'a> Delivered<'a> {
    pub(crate) fn new(source: &'a Source, coin: &'a Coin, updates: Few<Incoming>) -> Self {
        Self {
            source,
            coin,
            updates,
            taken: Vec::new(),
            remember: Vec::new(),
            #[cfg(feature = "polling")]
            kept: None,
            chain: None,
            awaited: false,
            lends: false,
        }
    }
}
