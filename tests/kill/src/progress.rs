//! How far the victim has come, for who must not run too far ahead of it.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// What was handled, whichever victim did it.
#[derive(Debug, Default)]
pub struct Progress {
    handled: Mutex<HashSet<String>>,
    changed: watch::Sender<()>,
}

impl Progress {
    /// The victim has told this.
    pub fn told(&self, line: &str) {
        if let Some(what) = line.strip_prefix("end ") {
            self.handled().insert(what.to_owned());
        }
        self.changed.send_replace(());
    }

    pub fn has(&self, what: &str) -> bool {
        self.handled().contains(what)
    }

    /// Waits until it is so; it is asked again whenever the victim tells anything.
    pub async fn until(&self, is_so: impl Fn() -> bool) {
        // Subscribed before the first look, so that no change falls between the two.
        let mut changes = self.changed.subscribe();
        while !is_so() {
            // The sender is ours.
            let _ = changes.changed().await;
        }
    }

    fn handled(&self) -> MutexGuard<'_, HashSet<String>> {
        self.handled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
