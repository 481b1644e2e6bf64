//! Reads updates as daemons write them, in one pass over the whole body: the event's name comes first, a text is without
//! escapes, no key stands there twice. Whatever else is there is a surprise, and then the whole body is read again with care
//! ([`members`](super::members)), which knows what is wrong, and with which update.

use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::outline::{Outline, Table};
use crate::intake::JSON_SPACE;
use crate::schema::{self, Event, Kind};

/// Reads one update of `body`.
pub(crate) struct Quick<'t, 'de> {
    pub(crate) body: &'de str,
    pub(crate) table: &'t mut Table,
}

impl<'de> DeserializeSeed<'de> for Quick<'_, 'de> {
    type Value = Outline;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Outline, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Quick<'_, 'de> {
    type Value = Outline;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an update")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Outline, A::Error> {
        let key = map.next_key::<&str>()?.filter(|key| *key == "event").ok_or_else(surprise)?;
        let name = map.next_value::<&str>()?;
        let event = schema::find(name).map(Event::new).ok_or_else(surprise)?;
        let (fields, first) = (event.schema().fields, self.table.begin(event));
        let (mut next, mut end) = (0, self.quoted(name).end);
        while let Some(key) = map.next_key::<&str>()? {
            // They come in the order of the schema.
            let place = if fields.get(next).is_some_and(|field| field.name == key) {
                Some(next)
            } else {
                fields.iter().position(|field| field.name == key)
            };
            let field = place.and_then(|place| fields.get(place));
            let is_text =
                field.is_some_and(|field| matches!(field.kind, Kind::Str | Kind::Amount) && !field.nullable);
            let value = if is_text {
                self.quoted(map.next_value()?)
            } else {
                let value = map.next_value::<&RawValue>()?.get();
                if value.starts_with('"') && value.contains('\\') {
                    return Err(surprise());
                }
                self.range(value)
            };
            end = value.end;
            let is_first = match place {
                Some(place) => {
                    next = place + 1;
                    self.table.set(first + place, value)
                }
                None => key != "event",
            };
            if !is_first {
                return Err(surprise());
            }
        }
        let raw = self.object(self.quoted(key).start, end).ok_or_else(surprise)?;
        Ok(Outline { event, raw, first })
    }
}

impl<'de> Quick<'_, 'de> {
    fn range(&self, part: &'de str) -> Range<usize> {
        let start = part.as_ptr() as usize - self.body.as_ptr() as usize;
        start..start + part.len()
    }

    /// A text without escapes, with its quotes.
    fn quoted(&self, text: &'de str) -> Range<usize> {
        let Range { start, end } = self.range(text);
        start - 1..end + 1
    }

    /// The object whose first key and last value these are.
    fn object(&self, first: usize, last: usize) -> Option<Range<usize>> {
        let start = self.body.get(..first)?.trim_end_matches(JSON_SPACE).strip_suffix('{')?.len();
        let rest = self.body.get(last..)?.trim_start_matches(JSON_SPACE).strip_prefix('}')?;
        Some(start..self.body.len() - rest.len())
    }
}

fn surprise<E: Error>() -> E {
    E::custom("a surprise")
}
