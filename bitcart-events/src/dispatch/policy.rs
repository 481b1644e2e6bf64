//! What is done about an event whose handler failed.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

use crate::handler::HandlerError;
use crate::{BoxError, Error, ErrorKind};

/// How soon something is tried again that cannot be stored.
const LATER: Duration = Duration::from_secs(5);

/// How a listener deals with what fails.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Policy {
    /// How often an event is tried again, unless its handler says otherwise.
    pub(crate) retries: u32,
    /// How long it waits before the first of them, and at most.
    pub(crate) waits: (Duration, Duration),
    /// How long an `async` handler may take.
    pub(crate) time_limit: Option<Duration>,
    /// Whether what failed holds back what follows it.
    pub(crate) strict: bool,
    /// Whether a payment's events have a lane of their own.
    pub(crate) payments_apart: bool,
}

impl Default for Policy {
    fn default() -> Self {
        let waits = (Duration::from_secs(1), Duration::from_secs(600));
        Self { retries: 5, waits, time_limit: None, strict: false, payments_apart: false }
    }
}

/// What comes after an attempt that failed.
pub(super) enum Next {
    /// Another attempt, after that time.
    Again(Duration),
    /// Another attempt after that time, which is not the handler's fault: what it wanted to have stored could not be.
    Later(Duration),
    /// No attempt will succeed, or it was the last.
    Dead,
}

impl Policy {
    /// `failures` is how many attempts had failed before this one, `retries` what the handler says about them.
    pub(super) fn next(&self, error: &HandlerError, failures: u32, retries: Option<u32>) -> Next {
        match error {
            HandlerError::Failed(error) if is_of_inbox(error) => Next::Later(LATER),
            error if error.is_final() => Next::Dead,
            _ if failures >= retries.unwrap_or(self.retries) => Next::Dead,
            _ => Next::Again(self.wait(failures)),
        }
    }

    /// Growing, with jitter so that not all that failed together comes back together.
    fn wait(&self, failures: u32) -> Duration {
        let (first, longest) = self.waits;
        let waits = ExponentialBuilder::default().with_min_delay(first).with_max_delay(longest).with_jitter();
        // After so many it is the longest anyway.
        let nth = usize::try_from(failures.min(32)).unwrap_or_default();
        waits.without_max_times().build().nth(nth).unwrap_or(longest)
    }
}

/// A handler's own error is never one of the inbox's, unless it asked one.
fn is_of_inbox(error: &BoxError) -> bool {
    error.downcast_ref::<Error>().is_some_and(|error| error.kind() == ErrorKind::Inbox)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::FieldError;

    #[test]
    fn waits_grow_and_end() {
        let policy = Policy { retries: 2, ..Policy::default() };
        let failed = || HandlerError::Failed("down".into());
        let wait = |failures, retries| match policy.next(&failed(), failures, retries) {
            Next::Again(wait) => Some(wait),
            _ => None,
        };
        for (failures, least) in [(0, 1), (1, 2), (2, 4), (5, 32)] {
            let wait = wait(failures, Some(100)).unwrap();
            assert!((least..=2 * least).contains(&wait.as_secs()), "{failures}: {wait:?}");
        }
        let waits = [(); 32].map(|()| wait(0, None).unwrap());
        assert!(waits.iter().any(|wait| *wait != waits[0]), "by chance: {waits:?}");
        assert!(wait(99, Some(100)).unwrap() >= policy.waits.1);
        assert!(wait(1, None).is_some() && wait(2, None).is_none(), "the listener's limit");
        assert!(wait(0, Some(0)).is_none(), "the handler's own");
        let argument = HandlerError::Argument(FieldError::other_event("new_block", "new_payment"));
        assert!(matches!(policy.next(&argument, 0, Some(9)), Next::Dead), "it can never succeed");
    }
}
