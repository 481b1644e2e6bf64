//! Handlers that are in no registry, of every visibility, and those that are not named by their own paths.

use payments::{handlers, on, BoxError, Delivery, Event, Handlers, InboxTx};

/// For everybody.
#[on("new_block", register = false, crate = payments)]
#[inline]
pub fn of_everybody(event: Event, height: u64) {
    tracing::info!("{event} {height}");
}

/// Not among [`all`], because an inbox in memory has no transactions.
#[on("new_payment", register = false, retries = 0, crate = payments)]
#[inline]
pub fn of_the_inbox(event: Event, address: &str, delivery: Delivery, inbox: InboxTx) {
    tracing::info!("{event} {}", delivery.key());
    let row = address.to_owned();
    inbox.write(move |tx| {
        let _: usize = tx.execute("INSERT INTO booked (address) VALUES (?1)", [row])?;
        Ok(())
    });
}

/// On a thread of its own, and with an error.
///
/// # Errors
/// None, but rustc does not know that.
#[on("new_payment", register = false, blocking, crate = payments)]
#[inline]
pub fn of_the_inbox_too(_event: Event, book: InboxTx) -> Result<(), BoxError> {
    book.write(|tx| Ok(tx.execute_batch("DELETE FROM booked WHERE address = 'b'")?));
    Ok(())
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
