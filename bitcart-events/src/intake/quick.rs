//! Bodies as daemons write them, without any surprise. `None` says that care is needed, which may find that all is well.

use std::borrow::Cow;

use super::{Parcel, Part, Spare};
use crate::update::{Cursor, Table, quick, with_room};

/// An envelope.
pub(super) fn object(spare: Spare, body: &str) -> Option<Parcel<'_>> {
    let mut cursor = Cursor::new(body);
    let Spare { updates: mut parts, mut table } = spare;
    table.reserve_for_bytes(body.len());
    let (mut list, mut wallet, mut currency) = (None, None, None);
    for place in 0_usize.. {
        // They come in this order, and are written in this way.
        let written = match place {
            0 => cursor.skip(br#"{"updates": "#).map(|()| "updates"),
            1 => cursor.skip(br#", "wallet": "#).map(|()| "wallet"),
            2 => cursor.skip(br#", "currency": "#).map(|()| "currency"),
            _ => None,
        };
        let key = match written {
            Some(key) => key,
            None => {
                let is_first = place == 0;
                if is_first {
                    cursor.take(b'{')?;
                }
                if !cursor.another(is_first, b'}')? {
                    break;
                }
                let key = cursor.text()?;
                cursor.take(b':')?;
                key
            }
        };
        match key {
            "updates" => {
                once(&mut list, updates(&mut cursor, &mut table, std::mem::take(&mut parts), body.len())?)?
            }
            "wallet" => once(&mut wallet, name(&mut cursor)?)?,
            "currency" => once(&mut currency, name(&mut cursor)?)?,
            _ => {
                cursor.value()?;
            }
        }
    }
    let [wallet, currency] =
        [wallet, currency].map(|name: Option<Option<_>>| name.flatten().map(Cow::Borrowed));
    cursor.end()?;
    Some(Parcel { updates: list?, table, wallet, currency, from_daemon: true })
}

/// A list of updates.
pub(super) fn list(body: &str) -> Option<Parcel<'_>> {
    let mut cursor = Cursor::new(body);
    let mut table = Table::default();
    table.reserve_for_bytes(body.len());
    let updates = updates(&mut cursor, &mut table, Vec::new(), body.len())?;
    cursor.end()?;
    Some(Parcel { updates, table, ..Parcel::default() })
}

fn updates(cursor: &mut Cursor<'_>, table: &mut Table, empty: Vec<Part>, bytes: usize) -> Option<Vec<Part>> {
    // A guess at how many.
    let mut updates = with_room(empty, bytes / 96);
    cursor.take(b'[')?;
    while cursor.another(updates.is_empty(), b']')? {
        updates.push(Ok(quick(cursor, table)?));
    }
    Some(updates)
}

/// Nobody could say which of two values counts.
fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

fn name<'a>(cursor: &mut Cursor<'a>) -> Option<Option<&'a str>> {
    if cursor.null().is_some() { Some(None) } else { cursor.text().map(Some) }
}
