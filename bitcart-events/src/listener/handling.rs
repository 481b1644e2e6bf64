//! What a user chooses about the handling of accepted events: where they stand, in which order, and what is done about those
//! whose handler failed.

use std::sync::Arc;
use std::time::Duration;

use super::ListenerBuilder;
use crate::inbox::Inbox;
use crate::shutdown::YEAR;

impl ListenerBuilder {
    /// Where accepted events stand until they have been handled. In memory unless set.
    ///
    /// See [`inbox`](crate::inbox) for what each promises. An inbox belongs to one listener.
    pub fn inbox(mut self, inbox: impl Inbox) -> Self {
        self.inbox = Some(Arc::new(inbox));
        self
    }

    /// How often an event is tried again whose handler failed: 5 times unless set, after growing
    /// [waits](Self::retry_waits). Afterwards it is a [dead letter](crate::inbox). A handler can say otherwise with `#[on(…, retries = 0)]`, and an
    /// error can say that it is [final](crate::Final).
    ///
    /// A handler that panicked or took too long failed too; one whose arguments cannot be read from the update can never
    /// succeed, and its event is a dead letter at once.
    ///
    /// Unless set, the waits are 1, 2, 4, 8 and 16 seconds, each with a random part of up to the same length: an event whose handler keeps
    /// failing is a dead letter after half a minute to a minute. With `.retries(15)` that takes an hour at least.
    pub fn retries(mut self, retries: u32) -> Self {
        self.policy.retries = retries;
        self
    }

    /// How long an event whose handler failed waits for the next attempt: `first` before the first one, then twice as long
    /// each time up to `longest`, plus a random part of up to the same length, so that not all that failed together comes back
    /// together. A second and ten minutes unless set. More than a year counts as a year.
    pub fn retry_waits(mut self, first: Duration, longest: Duration) -> Self {
        let longest = longest.max(first).min(YEAR);
        self.policy.waits = (first.min(longest), longest);
        self
    }

    /// How long an `async` handler may take; as long as it wants unless set. One that takes longer is dropped where it awaits,
    /// and has failed. A handler that is not `async` cannot be stopped, and has no limit.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.policy.time_limit = Some(limit);
        self
    }

    /// An event that failed holds back those behind it in its lane until it is handled, or a dead letter. Otherwise they go
    /// on, and it comes again when its wait is over: after them.
    pub fn strict(mut self) -> Self {
        self.policy.strict = true;
        self
    }

    /// Keeps each payment's events in order by themselves, instead of with all the events of its wallet: a payment whose
    /// handler takes long does not hold up others of the same wallet.
    pub fn payments_apart(mut self) -> Self {
        self.policy.payments_apart = true;
        self
    }
}
