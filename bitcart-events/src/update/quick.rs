//! Reads updates as daemons write them, in one pass over the whole body: the event's name comes first, a text is without
//! escapes, no key stands there twice. Whatever else is there is a surprise, and then the whole body is read again with care
//! ([`members`](super::members)), which knows what is wrong, and with which update.

use super::cursor::Cursor;
use super::outline::{Outline, Table};
use crate::schema::{self, Event};

/// Reads the update that comes next. `None` is a surprise.
pub(crate) fn quick(cursor: &mut Cursor<'_>, table: &mut Table) -> Option<Outline> {
    cursor.peek()?;
    let start = cursor.at();
    if cursor.skip(br#"{"event": ""#).is_none() {
        cursor.take(b'{')?;
        cursor.peek()?;
        cursor.skip_text(b"\"", "event", b"\"")?;
        cursor.take(b':')?;
        cursor.take(b'"')?;
    }
    let schema = schema::find_first(|schema| cursor.skip_text(b"", schema.name, b"\"").is_some());
    let event = Event::new(schema?);
    let (fields, first) = (event.schema().fields, table.begin(event));
    let mut next = 0;
    loop {
        // They come in the order of the schema.
        let place = match fields.get(next) {
            Some(field) if cursor.skip_text(b", \"", field.name, b"\": ").is_some() => next,
            Some(field) if cursor.skip_text(b",\"", field.name, b"\":").is_some() => next,
            _ if !cursor.another(false, b'}')? => break,
            _ => {
                let key = cursor.text()?;
                cursor.take(b':')?;
                match event.schema().place(key) {
                    Some(place) => place,
                    None if key == "event" => return None,
                    None => {
                        cursor.value()?;
                        continue;
                    }
                }
            }
        };
        table.set(first + place, cursor.value()?).then_some(())?;
        next = place + 1;
    }
    Some(Outline { event, raw: start..cursor.at(), first })
}
