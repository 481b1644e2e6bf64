//! Reads one update with care: the members of its JSON object, in any order.

use std::fmt;
use std::ops::Range;

use super::outline::{Outline, Table};
use crate::field::excerpt;
use crate::object::{Members, range_in, text_of};
use crate::schema::{self, Event, EventSchema};

/// Why a text is not an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// It is some other JSON value.
    NotAnObject { found: String },
    /// There is no `event`.
    NoEvent,
    /// `event` is not a string.
    EventNotText { found: String },
    /// An event that no schema has: newer than this crate, or misspelt.
    UnknownEvent { name: String },
    /// A key stands there twice, so that nobody can say which value counts.
    RepeatedKey { key: String },
    /// It is not JSON. The envelope has been read before, so this is rare: half of a surrogate pair in a key.
    NotJson { reason: String },
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject { found } => write!(f, "an update should be a JSON object, but is {found}"),
            Self::NoEvent => f.write_str("`event` is missing: it should name the event"),
            Self::EventNotText { found } => {
                write!(f, "`event` should be the name of an event, but is {found}")
            }
            Self::UnknownEvent { name } => write!(f, "unknown event `{name}`"),
            Self::RepeatedKey { key } => write!(f, "`{key}` is there twice, so its value is ambiguous"),
            Self::NotJson { reason } => write!(f, "not JSON: {reason}"),
        }
    }
}

/// Reads the update that stands at `raw` in `body`.
pub(crate) fn read(body: &str, raw: Range<usize>, table: &mut Table) -> Result<Outline, Malformed> {
    let text = body.get(raw.clone()).unwrap_or_default();
    if !text.starts_with('{') {
        return Err(Malformed::NotAnObject { found: excerpt(text) });
    }
    let members = Members::read(text).map_err(|error| Malformed::NotJson { reason: error.to_string() })?;
    let schema = schema(&members)?;
    let event = Event::new(schema);
    let first = table.begin(event);
    for (key, value) in members.iter() {
        let Some(place) = schema.place(key) else { continue };
        if !table.set(first + place, range_in(body, value)) {
            return Err(Malformed::RepeatedKey { key: excerpt(key) });
        }
        if value.starts_with('"') && value.contains('\\') {
            table.set_unescaped(first + place, text_of(value).map(Box::from));
        }
    }
    Ok(Outline { event, raw, first })
}

fn schema(members: &Members<'_>) -> Result<&'static EventSchema, Malformed> {
    let mut named = members.iter().filter(|(name, _)| name == "event");
    let (_, value) = named.next().ok_or(Malformed::NoEvent)?;
    if named.next().is_some() {
        return Err(Malformed::RepeatedKey { key: "event".to_owned() });
    }
    let name = text_of(value).ok_or_else(|| Malformed::EventNotText { found: excerpt(value) })?;
    schema::find(&name).ok_or_else(|| Malformed::UnknownEvent { name: excerpt(&name) })
}
