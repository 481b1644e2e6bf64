//! Handlers that are in no registry, of every visibility, and those that are not named by their own paths.

use payments::{handlers, on, Event, Handlers};

/// For everybody.
#[on("new_block", register = false, crate = payments)]
#[inline]
pub fn of_everybody(event: Event, height: u64) {
    tracing::info!("{event} {height}");
}

/// A module in a module.
pub mod inner {
    use payments::{on, Event};

    /// For this crate.
    #[on("new_payment", register = false, crate = ::payments)]
    pub(crate) fn of_the_crate(event: Event, address: &str) {
        tracing::info!("{event} {address}");
    }

    /// For the module around it.
    #[on("new_transaction", register = false, crate = payments)]
    pub(super) fn of_the_parent(event: Event, tx: &str) {
        tracing::info!("{event} {tx}");
    }
}

/// A module of its handler's name.
mod confirmed {
    use payments::{on, Event};

    /// It leaves the name of a type to others.
    #[on("verified_tx", register = false, companion = false, crate = payments)]
    pub(super) fn confirmed(event: Event, tx: &str) {
        tracing::info!("{event} {tx}");
    }
}
use confirmed::confirmed;

/// What handlers can be named with, from outside of this crate, too.
#[must_use]
#[inline]
pub const fn all() -> Handlers {
    /// In a function.
    #[on("verified_tx", register = false, crate = payments)]
    fn inside(event: Event, tx: &str) {
        confirmed(event, tx);
    }

    payments::events! {
        mod local { counted { number: Int } }
    }

    payments::events! {
        pub mod exported { exported { number: Int } }
    }

    /// With its events.
    #[on(["counted"], schema = local, register = false, crate = payments)]
    fn counted(event: Event, number: u64) {
        tracing::info!("{event} {number}");
    }

    /// Of events that everybody may name, if they could.
    #[on("exported", schema = exported, register = false, crate = payments)]
    fn taken(event: Event, number: u64) {
        tracing::info!("{event} {number}");
    }

    handlers![counted, taken, of_everybody, inner::of_the_crate, inner::of_the_parent, inside]
}
