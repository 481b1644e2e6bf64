//! Other attributes, above and below `#[on]`.

use core::future::ready;
use payments::field::IntField;
use payments::{events, on, Event, State};

use crate::Notes;

events! {
    /// One for each attribute.
    mod marked {
        above { number: Int }
        below { number: Int }
        hinted { number: Int }
        old { number: Int }
        large { number: Int }
    }
}

/// As it is now.
#[deprecated(note = "take u64")]
type Number = u64;

/// First the attribute of others.
#[tracing::instrument(skip_all)]
#[expect(deprecated, reason = "the type")]
#[on("above", schema = marked, crate = payments)]
async fn above(event: Event, number: Number, notes: State<Notes>) -> Result<(), String> {
    ready(()).await;
    notes.add(&format!("{event} {number}"));
    Ok(())
}

/// First ours.
#[on("below", schema = marked, crate = payments)]
#[tracing::instrument(skip_all, err)]
#[expect(deprecated, reason = "the type")]
async fn below(event: Event, number: Number, notes: State<Notes>) -> Result<(), String> {
    ready(()).await;
    notes.add(&format!("{event} {number}"));
    Ok(())
}

/// What the compiler is told.
#[must_use]
#[cold]
#[on("hinted", schema = marked, crate = payments)]
#[inline]
#[track_caller]
#[allow(clippy::allow_attributes, clippy::double_must_use, reason = "to see what comes of it")]
fn hinted(event: Event, number: u8, notes: State<Notes>) -> Result<(), String> {
    notes.add(&format!("{event} {number}"));
    Err("hinted".to_owned())
}

/// Not for new code, as what is in it.
#[derive(Debug, Clone, Copy, IntField)]
#[field(crate = payments)]
#[allow(deprecated, clippy::allow_attributes, reason = "the type in it")]
#[deprecated]
struct Old(Number);

/// Not for new code.
#[expect(deprecated, reason = "the type")]
#[deprecated]
#[on("old", schema = marked, crate = payments)]
async fn _old(event: Event, number: Old, notes: State<Notes>) {
    ready(()).await;
    notes.add(&format!("{event} {}", number.0));
}

/// More than clippy would have on a stack.
#[on("large", schema = marked, crate = payments)]
async fn large(event: Event, number: u8, notes: State<Notes>) {
    let (one, other) = ([number; 0x3000], [number; 0x3000]);
    ready(()).await;
    notes.add(&format!("{event} {}", one.len().max(other.len())));
}
