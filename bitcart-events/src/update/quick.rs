//! Reads updates as daemons write them, in one pass over the whole body: the event's name comes first, a text is without
//! escapes, no key stands there twice. Whatever else is there is a surprise, and then the whole body is read again with care
//! ([`members`](super::members)), which knows what is wrong, and with which update.

use super::cursor::Cursor;
use super::outline::{Outline, Table};
use crate::schema::{self, Event};

/// Reads the update that comes next. `None` is a surprise.
pub(crate) fn quick(cursor: &mut Cursor<'_>, table: &mut Table) -> Option<Outline> {
    cursor.take(b'{')?;
    let start = cursor.at() - 1;
    cursor.take_text("event")?;
    cursor.take(b':')?;
    let event = Event::new(schema::find(cursor.text()?)?);
    let (fields, first) = (event.schema().fields, table.begin(event));
    let mut next = 0;
    while cursor.another(false, b'}')? {
        // They come in the order of the schema.
        let place = match fields.get(next).and_then(|field| cursor.take_text(field.name)) {
            Some(()) => Some(next),
            None => {
                let key = cursor.text()?;
                let place = fields.iter().position(|field| field.name == key);
                if place.is_none() && key == "event" {
                    return None;
                }
                place
            }
        };
        cursor.take(b':')?;
        let value = cursor.value()?;
        if let Some(place) = place {
            next = place + 1;
            table.set(first + place, value).then_some(())?;
        }
    }
    Some(Outline { event, raw: start..cursor.at(), first })
}
