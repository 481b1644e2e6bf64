//! Handing events out.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::settle::{self, Settled};
use super::state::State;
use super::{clock, columns};
use crate::inbox::{Claimed, Claims, EventId, Verdict};
use crate::told::quietly;

const COLUMNS: &str = "id, claimed, attempt, failures, due, accepted, currency, wallet, text, origin, ended";
/// So many processes may end while they have an event before it is taken for the reason. Many: what was handed out may not
/// have been begun, and processes end for other reasons.
pub(super) const ENDS: u32 = 100;

/// An event, and how many processes have ended since it was handed out to them.
struct Found(Claimed, u32);

pub(super) fn run(conn: &Connection, state: &mut State, most: usize, held: bool) -> rusqlite::Result<Claims> {
    let (now, limit) = (columns::now(), i64::try_from(most).unwrap_or(i64::MAX));
    clock::follow(conn, now)?;
    let take = |row: &Row<'_>| found(row, now);
    let first = format!(
        "SELECT {COLUMNS} FROM bitcart_event NOT INDEXED \
         WHERE id > ?1 AND claimed <> ?2 AND (due IS NULL OR due <= ?4 OR (?3 AND error IS NOT NULL)) ORDER BY id LIMIT ?5"
    );
    let mut first = conn.prepare_cached(&first)?;
    let rows = first.query_map(params![state.cursor, state.me, held, now, limit], take)?;
    let mut events = rows.collect::<rusqlite::Result<Vec<Found>>>()?;
    let has_more = events.len() >= most;
    let until = if held { i64::MAX } else { now };
    let again = format!(
        "SELECT {COLUMNS} FROM bitcart_event INDEXED BY bitcart_event_due \
         WHERE due <= ?1 AND id <= ?2 AND claimed <> ?3 AND (due <= ?4 OR error IS NOT NULL) ORDER BY due, id LIMIT ?5"
    );
    let mut again = conn.prepare_cached(&again)?;
    for row in again.query_map(params![until, state.cursor, state.me, now, limit], take)? {
        events.push(row?);
    }
    events.sort_by_key(|Found(event, _)| event.id);
    let left = events.split_off(most.min(events.len()));
    if bury(conn, state, now, &events)? {
        // Another one has its place: who gets fewer than it asked for takes it that there are no more.
        return run(conn, state, most, held);
    }
    let last = events.last().map_or(state.cursor, |Found(last, _)| last.id.0.cast_signed());
    // What was found and has no room is found again.
    state.cursor = match (has_more, left.is_empty()) {
        (false, true) => state.next.cast_signed().saturating_sub(1).max(state.cursor),
        _ => last.max(state.cursor),
    };
    take_them(conn, state.me, now, &events)?;
    let events = events.into_iter().map(|Found(event, _)| event).collect();
    Ok(Claims { events, next_due: next_due(conn, state.me)? })
}

/// A handler that ends the process, by an abort or for want of memory, never fails: its event would come again with every
/// start, and end that too. Of those that were handed out to too many processes one becomes a dead letter for each start, the
/// first: the others may only have been handed out together with it.
fn bury(conn: &Connection, state: &mut State, now: i64, events: &[Found]) -> rusqlite::Result<bool> {
    let most = events.iter().map(|Found(_, ends)| *ends).max().filter(|most| *most > ENDS);
    let worst = events.iter().find(|Found(_, ends)| Some(*ends) == most);
    let Some(worst) = worst.filter(|_| !state.has_buried) else { return Ok(false) };
    state.has_buried = true;
    let Found(event, ends) = worst;
    take_them(conn, state.me, now, std::slice::from_ref(worst))?;
    let error = format!(
        "it was begun {ends} times in processes that ended before it did: its handler may be what ended them (an abort, or \
         no memory left)"
    );
    quietly(|| tracing::error!("event {}: {error}; it is a dead letter now", event.id.0));
    // The attempt that was to come is not made.
    let before = Claimed { attempt: event.attempt.saturating_sub(1), ..event.clone() };
    settle::run(conn, state, &Settled::new(&before, Verdict::Dead { error }))?;
    Ok(true)
}

/// An attempt that another consumer began may have done something: the one that is to come is another.
fn found(row: &Row<'_>, now: i64) -> rusqlite::Result<Found> {
    let (before, attempt): (i64, u32) = (row.get(1)?, row.get(2)?);
    let due: Option<i64> = row.get(4)?;
    let due = due.filter(|due| *due > now);
    let ended: u32 = row.get(10)?;
    let event = Claimed {
        id: EventId(row.get::<_, i64>(0)?.cast_unsigned()),
        event: columns::event(row, 6)?,
        attempt: attempt.saturating_add(u32::from(before != 0)),
        failures: row.get(3)?,
        due: due.map(columns::time),
        accepted: columns::time(row.get(5)?),
    };
    // One that still waits was not at work.
    Ok(Found(event, ended.saturating_add(u32::from(before != 0 && due.is_none()))))
}

fn take_them(conn: &Connection, me: i64, now: i64, events: &[Found]) -> rusqlite::Result<()> {
    let take = "UPDATE bitcart_event SET claimed = ?2, attempt = ?3, due = iif(due <= ?4, NULL, due), ended = ?5 \
                WHERE id = ?1";
    let mut take = conn.prepare_cached(take)?;
    for Found(event, ended) in events {
        take.execute(params![event.id.0.cast_signed(), me, event.attempt, now, ended])?;
    }
    Ok(())
}

fn next_due(conn: &Connection, me: i64) -> rusqlite::Result<Option<std::time::SystemTime>> {
    let next = "SELECT due FROM bitcart_event INDEXED BY bitcart_event_due \
                WHERE due IS NOT NULL AND claimed <> ?1 ORDER BY due LIMIT 1";
    let next = conn.prepare_cached(next)?.query_row([me], |row| row.get(0)).optional()?;
    Ok(next.map(columns::time))
}
