//! From bytes to updates: what a daemon posts, what it answers, and what a caller passes by hand.
//!
//! ```text
//! {"updates": [{"event": "new_block", "height": 1}], "wallet": "xpub…", "currency": "BTC"}   the envelope
//! {"event": "new_block", "height": 1}             the bare event, as before September 2020 (read in code)
//! [{"event": "new_block", "height": 1}]           a list: the answer of `get_updates`, or by hand
//! ```

mod envelope;
mod quick;
#[cfg(feature = "websocket")]
mod sheaf;
#[cfg(test)]
mod tests;
mod together;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use envelope::Envelope;
#[cfg(feature = "websocket")]
pub(crate) use sheaf::{Arrived, End, Sheaf};
pub(crate) use together::Together;

use crate::object::{elements, range_in};
use crate::update::{self, Malformed, Outline, Table};

/// A body, taken apart: the updates in it, and whom the envelope names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parcel<'a> {
    pub(crate) updates: Vec<Part>,
    pub(crate) table: Table,
    pub(crate) wallet: Option<Cow<'a, str>>,
    pub(crate) currency: Option<Cow<'a, str>>,
    /// Whether it was an envelope or a bare event: a plain list says nothing of its origin.
    pub(crate) from_daemon: bool,
}

/// The memory of a parcel that is done with.
#[derive(Default)]
pub(crate) struct Spare {
    updates: Vec<Part>,
    table: Table,
}

/// An update, or where something else stands in its place.
pub(crate) type Part = Result<Outline, (Malformed, Range<usize>)>;

/// A body that holds no updates in any form that a daemon ever used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotUpdates(String);

impl fmt::Display for NotUpdates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads an envelope or a bare event: what may come from the network.
pub(crate) fn read_object(body: &str) -> Result<Parcel<'_>, NotUpdates> {
    read_object_into(Spare::default(), body)
}

/// The same, in the memory of one that is done with.
pub(crate) fn read_object_into(spare: Spare, body: &str) -> Result<Parcel<'_>, NotUpdates> {
    quick::object(spare, body).map_or_else(|| careful_object(body), Ok)
}

fn careful_object(body: &str) -> Result<Parcel<'_>, NotUpdates> {
    if !body.trim_start_matches(JSON_SPACE).starts_with('{') {
        return Err(instead_of("a JSON object with a list of `updates`", body));
    }
    let envelope: Envelope<'_> = serde_json::from_str(body)
        .map_err(|error| NotUpdates(format!("expected a JSON object with a list of `updates`: {error}")))?;
    let updates = match (envelope.updates, envelope.has_event) {
        (Some(updates), _) => updates,
        (None, true) => vec![body.trim_matches(JSON_SPACE)],
        (None, false) => {
            return Err(NotUpdates(
                "expected a list of `updates` in the JSON object, but there is none".to_owned(),
            ));
        }
    };
    let (wallet, currency) = (envelope.wallet.map(Cow::Owned), envelope.currency.map(Cow::Owned));
    Ok(Parcel { wallet, currency, from_daemon: true, ..with_care(body, &updates) })
}

/// Reads a list of updates, or an object as [`read_object`] does: what may come from the program itself.
pub(crate) fn read_any(body: &str) -> Result<Parcel<'_>, NotUpdates> {
    match body.trim_start_matches(JSON_SPACE).chars().next() {
        Some('[') => quick::list(body).map_or_else(|| careful_list(body), Ok),
        Some('{') => read_object(body),
        _ => Err(instead_of("a list of updates, or a JSON object with a list of `updates`", body)),
    }
}

fn careful_list(body: &str) -> Result<Parcel<'_>, NotUpdates> {
    let updates =
        elements(body).map_err(|error| NotUpdates(format!("expected a list of updates: {error}")))?;
    Ok(with_care(body, &updates))
}

/// Says what it is without showing it: there may be a wallet's key in it, which may be a seed.
fn instead_of(expected: &str, body: &str) -> NotUpdates {
    let found = match body.trim_start_matches(JSON_SPACE).chars().next() {
        None => "nothing",
        Some('[') => "a list",
        Some('"') => "a text",
        Some('-' | '0'..='9') => "a number",
        Some('\u{feff}') => "a byte order mark before it",
        _ if ["null", "true", "false"].contains(&body.trim_matches(JSON_SPACE)) => "another value",
        _ => "no JSON",
    };
    NotUpdates(format!("expected {expected}, but got {found}"))
}

/// Each update by itself.
fn with_care(body: &str, updates: &[&str]) -> Parcel<'static> {
    let mut parcel = Parcel::default();
    for update in updates {
        parcel.updates.push(part(body, range_in(body, update), &mut parcel.table));
    }
    parcel
}

fn part(body: &str, raw: Range<usize>, table: &mut Table) -> Part {
    update::read(body, raw.clone(), table).map_err(|why| (why, raw))
}

/// The white space that JSON allows around a value.
const JSON_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];
