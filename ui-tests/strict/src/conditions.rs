//! What depends on the configuration.

use core::future::ready;
use payments::{events, on, Delivery, Event, State};

use crate::Notes;

events! {
    /// For the conditions.
    mod conditional {
        /// For a handler that is there.
        switched_on { by: Str, at: Int }
        /// For one that is not there either.
        switched_off { by: Str }
    }
}

/// One of two parameters, and above the attribute.
#[cfg(not(windows))]
#[on("switched_on", schema = conditional, crate = payments)]
fn on_it_is(
    _event: Event,
    #[cfg(not(windows))] by: &str,
    #[cfg(windows)] by: String,
    #[cfg_attr(not(windows), cfg(windows))] at: u8,
    #[cfg(not(windows))] delivery: Delivery,
    notes: State<Notes>,
) {
    notes.add(&format!("{by} {}", delivery.attempt()));
}

/// Below the attribute.
#[on("switched_on", schema = conditional, crate = payments)]
#[cfg(windows)]
fn on_it_is(_event: Event, by: NotThere) {}

/// The other one.
#[cfg(windows)]
#[on("switched_off", schema = conditional, crate = payments)]
fn off_it_is(_event: Event, by: NotThere) {}

/// And the one that is.
#[on("switched_off", schema = conditional, crate = payments)]
#[cfg(not(windows))]
async fn off_it_is(_event: Event, #[cfg(not(windows))] by: &str, notes: State<Notes>) {
    ready(()).await;
    notes.add(by);
}
