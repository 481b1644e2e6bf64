//! Bodies as daemons write them, without any surprise. `None` says that care is needed, which may find that all is well.

use std::borrow::Cow;

use super::{Parcel, Part};
use crate::update::{Cursor, Table, quick};

/// An envelope.
pub(super) fn object(body: &str) -> Option<Parcel<'_>> {
    let mut cursor = Cursor::new(body);
    let mut table = Table::for_bytes(body.len());
    let (mut list, mut wallet, mut currency) = (None, None, None);
    // They come in this order.
    let mut members = ["updates", "wallet", "currency"].into_iter();
    let mut is_first = true;
    loop {
        let before: &[u8] = if is_first { b"{\"" } else { b", \"" };
        let key = match members.next() {
            Some(member) if cursor.skip_text(before, member, b"\": ").is_some() => member,
            _ => {
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
        is_first = false;
        match key {
            "updates" => once(&mut list, updates(&mut cursor, &mut table, body.len())?)?,
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
    let mut table = Table::for_bytes(body.len());
    let updates = updates(&mut cursor, &mut table, body.len())?;
    cursor.end()?;
    Some(Parcel { updates, table, ..Parcel::default() })
}

fn updates(cursor: &mut Cursor<'_>, table: &mut Table, bytes: usize) -> Option<Vec<Part>> {
    // A guess at how many.
    let mut updates = Vec::with_capacity(bytes / 96);
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
