//! Handing events out.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::quiet::quietly;
use super::schema;
use super::store::{self, State};
use crate::inbox::{Claimed, Claims, EventId};

const COLUMNS: &str = "id, claimed, attempt, failures, due, accepted, currency, wallet, text, origin";
/// So many milliseconds back are no setting of the clock.
const SLACK: i64 = 1_000;

pub(super) fn run(conn: &Connection, state: &mut State, most: usize, held: bool) -> rusqlite::Result<Claims> {
    let (now, limit) = (store::now(), i64::try_from(most).unwrap_or(i64::MAX));
    follow_clock(conn, now)?;
    let take = |row: &Row<'_>| claimed(row, now);
    let first = format!(
        "SELECT {COLUMNS} FROM bitcart_event NOT INDEXED \
         WHERE id > ?1 AND claimed <> ?2 AND (?3 OR due IS NULL OR due <= ?4) ORDER BY id LIMIT ?5"
    );
    let mut first = conn.prepare_cached(&first)?;
    let rows = first.query_map(params![state.cursor, state.me, held, now, limit], take)?;
    let mut events = rows.collect::<rusqlite::Result<Vec<Claimed>>>()?;
    let has_more = events.len() >= most;
    let until = if held { i64::MAX } else { now };
    let again = format!(
        "SELECT {COLUMNS} FROM bitcart_event INDEXED BY bitcart_event_due \
         WHERE due <= ?1 AND id <= ?2 AND claimed <> ?3 ORDER BY due, id LIMIT ?4"
    );
    let mut again = conn.prepare_cached(&again)?;
    for row in again.query_map(params![until, state.cursor, state.me, limit], take)? {
        events.push(row?);
    }
    events.sort_by_key(|event| event.id);
    let left = events.split_off(most.min(events.len()));
    let last = events.last().map_or(state.cursor, |last| last.id.0.cast_signed());
    // What was found and has no room is found again.
    state.cursor = match (has_more, left.is_empty()) {
        (false, true) => state.next.cast_signed().saturating_sub(1).max(state.cursor),
        _ => last.max(state.cursor),
    };
    take_them(conn, state.me, now, &events)?;
    Ok(Claims { events, next_due: next_due(conn, state.me)? })
}

/// What is due stands in the file as the clock showed it. If that was set back since, everything is due so much sooner:
/// otherwise a wait of a second would last as long as the clock was ahead.
fn follow_clock(conn: &Connection, now: i64) -> rusqlite::Result<()> {
    let shown = schema::clock(conn)?;
    if shown <= now.saturating_add(SLACK) {
        return Ok(());
    }
    let back = shown.saturating_sub(now);
    let sooner = "UPDATE bitcart_event SET due = due - ?1 WHERE due IS NOT NULL";
    let changed = conn.prepare_cached(sooner)?.execute([back])?;
    schema::write_clock(conn, now)?;
    if changed > 0 {
        quietly(|| {
            tracing::warn!(
                "the clock was set back by {:?}: {changed} events that wait for another attempt are due so much sooner",
                Duration::from_millis(back.unsigned_abs()),
            );
        });
    }
    Ok(())
}

/// An attempt that another consumer began may have done something: the one that is to come is another.
fn claimed(row: &Row<'_>, now: i64) -> rusqlite::Result<Claimed> {
    let (before, attempt): (i64, u32) = (row.get(1)?, row.get(2)?);
    let due: Option<i64> = row.get(4)?;
    Ok(Claimed {
        id: EventId(row.get::<_, i64>(0)?.cast_unsigned()),
        event: store::event(row, 6)?,
        attempt: attempt.saturating_add(u32::from(before != 0)),
        failures: row.get(3)?,
        due: due.filter(|due| *due > now).map(store::time),
        accepted: store::time(row.get(5)?),
    })
}

fn take_them(conn: &Connection, me: i64, now: i64, events: &[Claimed]) -> rusqlite::Result<()> {
    let take =
        "UPDATE bitcart_event SET claimed = ?2, attempt = ?3, due = iif(due <= ?4, NULL, due) WHERE id = ?1";
    let mut take = conn.prepare_cached(take)?;
    for event in events {
        take.execute(params![event.id.0.cast_signed(), me, event.attempt, now])?;
    }
    Ok(())
}

fn next_due(conn: &Connection, me: i64) -> rusqlite::Result<Option<std::time::SystemTime>> {
    let next = "SELECT due FROM bitcart_event INDEXED BY bitcart_event_due \
                WHERE due IS NOT NULL AND claimed <> ?1 ORDER BY due LIMIT 1";
    let next = conn.prepare_cached(next)?.query_row([me], |row| row.get(0)).optional()?;
    Ok(next.map(store::time))
}
