//! Saying a thing once, not with every update or attempt.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tracing::Level;
use tracing::level_filters::LevelFilter;

/// Runs what may panic through no fault of ours, where a panic would do harm: a subscriber that logs to a closed pipe, a callback,
/// the `Drop` of what a closure held. It goes on for the others; a panic that cannot be logged either is not. Whether all went
/// well.
pub(crate) fn quietly(mut run: impl FnMut()) -> bool {
    quietly_all(&mut run)
}

/// The same for all kinds of them, so that most of it is compiled once.
fn quietly_all(run: &mut dyn FnMut()) -> bool {
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
    // What was thrown may panic itself when it is dropped; that is enough of it.
    done.map_err(std::mem::forget).is_ok()
}

/// The same for what ends with that.
#[cfg(feature = "sqlite")]
pub(crate) fn quietly_once(run: impl FnOnce()) -> bool {
    let mut run = Some(run);
    quietly(|| {
        if let Some(run) = run.take() {
            run();
        }
    })
}

/// The same for what is said at a level, which costs nothing where nobody looks as closely.
#[inline]
pub(crate) fn quietly_at(level: Level, tell: impl FnMut()) {
    if is_seen(level) {
        quietly(tell);
    }
}

/// Whether anybody looks as closely.
#[inline]
fn is_seen(level: Level) -> bool {
    level <= LevelFilter::current()
}

/// What has been said. It is bounded: who makes up ever new things to be said is answered with silence.
#[derive(Default)]
pub(crate) struct Told(Mutex<HashSet<String>>);

const LIMIT: usize = 1_000;

impl Told {
    /// Says it unless it was said before; whether it did.
    pub(crate) fn once(&self, what: &str, mut tell: impl FnMut()) -> bool {
        let is_new = self.note(what);
        if is_new {
            quietly_all(&mut tell);
        }
        is_new
    }

    /// Whether it was not said before.
    fn note(&self, what: &str) -> bool {
        let mut told = self.lock();
        told.len() < LIMIT && told.insert(what.to_owned())
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_said_once() {
        let told = Told::default();
        assert!(told.once("the daemon: gone", || {}));
        assert!(!told.once("the daemon: gone", || unreachable!("said before")));
        assert!(told.once("another: gone", || {}), "each has its own");
        for number in 0..2 * LIMIT {
            told.once(&format!("made up {number}"), || {});
        }
        assert_eq!(told.lock().len(), LIMIT);
    }
}
