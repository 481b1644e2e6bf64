//! When daemons are asked how things are.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::ListenerBuilder;
use crate::shutdown::YEAR;

/// How often, unless it is said.
const EVERY: Duration = Duration::from_secs(10 * 60);
/// How long an event may be on its way before it is missed.
const GRACE: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    /// Nothing: only when something may have been missed.
    pub(super) every: Option<Duration>,
    /// In seconds since 1970.
    pub(crate) since: Option<u64>,
}

impl Default for Timing {
    fn default() -> Self {
        Self { every: Some(EVERY), since: None }
    }
}

impl Timing {
    /// How long a difference has to last until it is believed.
    pub(super) fn grace(&self) -> Duration {
        self.every.map_or(GRACE, |every| every.min(GRACE))
    }
}

impl ListenerBuilder {
    /// How often daemons are asked for the state of payments and transactions, to find out what no event has said. Every ten
    /// minutes unless set; [`Duration::ZERO`] is never by the clock, and more than a year counts as a year.
    ///
    /// In any case they are asked after each start, after each reconnect, and when more events were waiting than a daemon keeps.
    /// What has changed since the last state that is known, and is still so at another look ten seconds later or more (when the
    /// wallet's queue is fetched again: polling at long intervals takes longer), is
    /// delivered as the event that the daemon would have sent, marked [reconciled](crate::Origin::Reconciled): a
    /// handler cannot tell it from others unless it asks for a [`Delivery`](crate::Delivery). Where no earlier state is known, as on the first start and on each
    /// start with an inbox in memory, the present is recorded, and nothing is delivered: old orders are not shipped
    /// again. [`reconcile_since`](Self::reconcile_since) overrides that.
    ///
    /// | what | is found by | not found |
    /// |---|---|---|
    /// | payments | `list_requests` | states in between: of 7, then 3, only 3 is delivered; with daemons of 2020: partial payments |
    /// | blocks | `getinfo`, after a start or a gap | today's BTC: all but the last; others: more than 100 |
    /// | transactions of BTC and its relatives | the wallet's history | what is more than 100 blocks deep when it appears |
    /// | transactions of ETH and its relatives, TRX, XMR | - | all: these daemons keep none |
    ///
    /// Only what has a handler is asked for. A daemon is busy with it for at most a twentieth of the time for each wallet.
    pub fn reconcile_every(mut self, interval: Duration) -> Self {
        self.timing.every = (!interval.is_zero()).then_some(interval.min(YEAR));
        self
    }

    /// Where no earlier state is known: delivers what is of this time or later all the same. Payments whose request was made
    /// since then (with a handler for transactions of BTC and its relatives also those paid since then), and transactions.
    ///
    /// With an inbox in memory that is so on each start: the same is delivered again then.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use bitcart_events::Coin;
    ///
    /// // A service that was down since yesterday, and has an inbox from now on.
    /// let yesterday = SystemTime::now() - Duration::from_secs(24 * 60 * 60);
    /// let listener = Coin::btc("xpub…").listener().reconcile_since(yesterday);
    /// ```
    pub fn reconcile_since(mut self, time: SystemTime) -> Self {
        self.timing.since = Some(time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()));
        self
    }
}
