//! When daemons are asked how things are.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How often, unless it is said.
const EVERY: Duration = Duration::from_secs(10 * 60);
/// How long an event may be on its way before it is missed.
const GRACE: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    /// Nothing: only when something may have been missed.
    pub(super) every: Option<Duration>,
    /// In seconds since 1970.
    pub(super) since: Option<u64>,
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

    pub(crate) fn every(&mut self, interval: Duration) {
        self.every = (!interval.is_zero()).then_some(interval);
    }

    pub(crate) fn since(&mut self, time: SystemTime) {
        self.since = Some(time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()));
    }
}
