//! Saying a thing once, not with every update or attempt.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tracing::Level;
use tracing::level_filters::LevelFilter;

/// Runs what may panic through no fault of ours, where a panic would do harm: a subscriber that logs to a closed pipe, a handler.
/// It goes on for the others; a panic that cannot be logged either is not. Whether all went well.
pub(crate) fn quietly(mut run: impl FnMut()) -> bool {
    quietly_all(&mut run)
}

/// The same for all kinds of them, so that most of it is compiled once.
fn quietly_all(run: &mut dyn FnMut()) -> bool {
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
    // What was thrown may panic itself when it is dropped; that is enough of it.
    done.map_err(std::mem::forget).is_ok()
}

/// The same for what ends with that: a callback, and the `Drop` of what it holds.
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
    if level <= LevelFilter::current() {
        quietly(tell);
    }
}

/// What has been said, in the order of the texts. It is bounded: who makes up ever new things to be said is answered with silence.
#[derive(Default)]
pub(crate) struct Told(Mutex<Vec<String>>);

const LIMIT: usize = 1_000;

impl Told {
    /// Says it unless it was said before; whether it did.
    pub(crate) fn once(&self, what: &str, mut tell: impl FnMut()) -> bool {
        self.once_of_all(what, &mut tell)
    }

    fn once_of_all(&self, what: &str, tell: &mut dyn FnMut()) -> bool {
        let mut told = self.lock();
        if told.len() >= LIMIT {
            return false;
        }
        let Err(place) = told.binary_search_by(|known| known.as_str().cmp(what)) else { return false };
        told.insert(place, what.to_owned());
        drop(told);
        quietly_all(tell);
        true
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
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
