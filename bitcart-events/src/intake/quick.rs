//! Bodies as daemons write them, without any surprise. `None` says that care is needed, which may find that all is well.

use std::borrow::Cow;

use super::{Parcel, Part, Spare};
use crate::update::{Cursor, Table, quick, with_room};

/// An envelope.
pub(super) fn object(spare: Spare, body: &str) -> Option<Parcel<'_>> {
    let mut cursor = Cursor::new(body);
    let Spare { updates: parts, mut table } = spare;
    let mut parts = with_room(parts, guess(body.len()));
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
            "updates" => once(&mut list, updates(&mut cursor, &mut table, &mut parts)?)?,
            "wallet" => once(&mut wallet, name(&mut cursor)?)?,
            "currency" => once(&mut currency, name(&mut cursor)?)?,
            _ => {
                cursor.value()?;
            }
        }
    }
    let (wallet, currency) = (wallet.flatten().map(Cow::Borrowed), currency.flatten().map(Cow::Borrowed));
    cursor.end()?;
    list?;
    Some(Parcel { updates: parts, table, wallet, currency, from_daemon: true })
}

/// A list of updates.
pub(super) fn list(body: &str) -> Option<Parcel<'_>> {
    let mut cursor = Cursor::new(body);
    let (mut parts, mut table) = (Vec::with_capacity(guess(body.len())), Table::default());
    table.reserve_for_bytes(body.len());
    updates(&mut cursor, &mut table, &mut parts)?;
    cursor.end()?;
    Some(Parcel { updates: parts, table, ..Parcel::default() })
}

/// An envelope without its end, which will stand behind so many bytes of others.
#[cfg(feature = "websocket")]
pub(super) fn more(body: &str, before: usize, table: &mut Table, parts: &mut Vec<Part>) -> Option<()> {
    let mut cursor = Cursor::behind(before, body);
    cursor.skip(br#"{"updates": "#)?;
    updates(&mut cursor, table, parts)?;
    cursor.end()
}

fn updates(cursor: &mut Cursor<'_>, table: &mut Table, parts: &mut Vec<Part>) -> Option<()> {
    cursor.take(b'[')?;
    let mut is_first = true;
    while cursor.another(std::mem::take(&mut is_first), b']')? {
        parts.push(Ok(quick(cursor, table)?));
    }
    Some(())
}

/// At how many updates there are in so many bytes.
pub(super) fn guess(bytes: usize) -> usize {
    bytes / 96
}

/// Nobody could say which of two values counts.
fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

fn name<'a>(cursor: &mut Cursor<'a>) -> Option<Option<&'a str>> {
    if cursor.null().is_some() { Some(None) } else { cursor.text().map(Some) }
}
