//! What operators see and do.

use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use super::clock;
use super::columns::{self, millis, now, origin_code};
use crate::inbox::{DeadLetter, DeadLetters, EventId, InboxStats, Origin, Received, ReceivedId, Text};

pub(super) fn stats(conn: &Connection) -> rusqlite::Result<InboxStats> {
    let count = |sql: &str| -> rusqlite::Result<u64> {
        conn.prepare_cached(sql)?.query_row([], |row| row.get(0)).map(i64::cast_unsigned)
    };
    let oldest = "SELECT accepted FROM bitcart_event ORDER BY id LIMIT 1";
    let oldest: Option<i64> = conn.prepare_cached(oldest)?.query_row([], |row| row.get(0)).optional()?;
    // Looked through once for both.
    let events = "SELECT count(*), count(*) FILTER (WHERE failures > 0) FROM bitcart_event";
    let both = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
    let (pending, retrying) = conn.prepare_cached(events)?.query_row([], both)?;
    Ok(InboxStats {
        pending: pending.cast_unsigned(),
        retrying: retrying.cast_unsigned(),
        oldest: oldest
            .map(|oldest| Duration::from_millis(u64::try_from(now().saturating_sub(oldest)).unwrap_or(0))),
        dead: count("SELECT count(*) FROM bitcart_dead")?,
        received: count("SELECT count(*) FROM bitcart_received")?,
    })
}

pub(super) fn received(conn: &Connection) -> rusqlite::Result<Vec<(ReceivedId, Received)>> {
    let mut all =
        conn.prepare_cached("SELECT id, currency, wallet, text FROM bitcart_received ORDER BY id")?;
    let rows = all.query_map([], |row| {
        let text: std::sync::Arc<str> = row.get(3)?;
        let (currency, wallet) = (columns::currency(row, 1)?, columns::wallet(row, 2)?);
        let id = ReceivedId(row.get::<_, i64>(0)?.cast_unsigned());
        Ok((id, Received { currency, wallet, text: Text::from(text) }))
    })?;
    rows.collect()
}

fn letter(row: &Row<'_>) -> rusqlite::Result<DeadLetter> {
    Ok(DeadLetter {
        id: EventId(row.get::<_, i64>(0)?.cast_unsigned()),
        attempts: row.get(1)?,
        accepted: columns::time(row.get(2)?),
        died: columns::time(row.get(3)?),
        origin: columns::origin(row, 4)?,
        currency: columns::currency(row, 5)?,
        wallet: columns::wallet(row, 6)?,
        text: row.get(7)?,
        error: row.get(8)?,
    })
}

/// Calls with each that is meant until it says that it has enough.
fn each(
    conn: &Connection,
    which: &DeadLetters,
    mut take: impl FnMut(DeadLetter) -> bool,
) -> rusqlite::Result<()> {
    // What SQLite can find faster; the rest is asked of each letter.
    let mut found: Vec<(&str, Value)> = Vec::new();
    if let Some(EventId(id)) = which.id {
        found.push(("id = ?", id.cast_signed().into()));
    }
    if let Some(currency) = which.currency {
        found.push(("currency = ?", currency.code().to_owned().into()));
    }
    if let Some(wallet) = which.wallet {
        found.push(("wallet = ?", wallet.0.to_vec().into()));
    }
    if let Some(since) = which.since {
        found.push(("died >= ?", millis(since).into()));
    }
    let mut sql =
        "SELECT id, attempts, accepted, died, origin, currency, wallet, text, error FROM bitcart_dead"
            .to_owned();
    for (number, (condition, _)) in found.iter().enumerate() {
        sql += if number == 0 { " WHERE " } else { " AND " };
        sql += condition;
    }
    sql += " ORDER BY died, id";
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(found.into_iter().map(|(_, value)| value)))?;
    // The file knows milliseconds.
    let which = DeadLetters { since: None, ..which.clone() };
    while let Some(row) = rows.next()? {
        let letter = letter(row)?;
        if which.has(&letter) && !take(letter) {
            break;
        }
    }
    Ok(())
}

pub(super) fn dead(conn: &Connection, which: &DeadLetters, most: usize) -> rusqlite::Result<Vec<DeadLetter>> {
    let mut letters = Vec::new();
    if most > 0 {
        each(conn, which, |letter| {
            letters.push(letter);
            letters.len() < most
        })?;
    }
    Ok(letters)
}

fn ids(conn: &Connection, which: &DeadLetters) -> rusqlite::Result<Vec<i64>> {
    let mut ids = Vec::new();
    each(conn, which, |letter| {
        ids.push(letter.id.0.cast_signed());
        true
    })?;
    Ok(ids)
}

/// They are due at once, which is how a consumer finds what is behind its cursor.
pub(super) fn replay(conn: &Connection, which: &DeadLetters) -> rusqlite::Result<usize> {
    let ids = ids(conn, which)?;
    let again = "INSERT INTO bitcart_event \
                 (id, claimed, attempt, failures, due, accepted, origin, currency, wallet, text, error) \
                 SELECT id, 0, attempts + 1, 0, ?2, accepted, ?3, currency, wallet, text, error \
                 FROM bitcart_dead WHERE id = ?1";
    let mut again = conn.prepare_cached(again)?;
    // One look at the clock for all: what is due is not after what it showed.
    let now = now();
    clock::note(conn, now)?;
    for id in &ids {
        again.execute(params![id, now, origin_code(Origin::Replayed)])?;
    }
    delete(conn, &ids)
}

pub(super) fn discard(conn: &Connection, which: &DeadLetters) -> rusqlite::Result<usize> {
    delete(conn, &ids(conn, which)?)
}

fn delete(conn: &Connection, ids: &[i64]) -> rusqlite::Result<usize> {
    let mut delete = conn.prepare_cached("DELETE FROM bitcart_dead WHERE id = ?1")?;
    ids.iter().try_fold(0, |count, id| Ok(count + delete.execute([id])?))
}
