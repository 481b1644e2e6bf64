//! What the clock showed when something was last said to be due.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};

use crate::told::quietly;

/// So many milliseconds back are no setting of the clock.
const SLACK: i64 = 1_000;

/// Something is due by what the clock shows now.
pub(super) fn note(conn: &Connection, now: i64) -> rusqlite::Result<()> {
    // Before it is forgotten what it showed when all else was said to be due.
    follow(conn, now)?;
    write(conn, now)
}

/// What is due stands in the file as the clock showed it. If that was set back since, everything is due so much sooner:
/// otherwise a wait of a second would last as long as the clock was ahead.
pub(super) fn follow(conn: &Connection, now: i64) -> rusqlite::Result<()> {
    let shown = shown(conn)?;
    if shown <= now.saturating_add(SLACK) {
        return Ok(());
    }
    let back = shown.saturating_sub(now);
    let sooner = "UPDATE bitcart_event SET due = due - ?1 WHERE due IS NOT NULL";
    let changed = conn.prepare_cached(sooner)?.execute([back])?;
    write(conn, now)?;
    if changed > 0 {
        quietly(|| {
            tracing::warn!(
                "the clock was set back by {:?}: events that wait for another attempt are due so much sooner: {changed}",
                Duration::from_millis(back.unsigned_abs()),
            );
        });
    }
    Ok(())
}

fn shown(conn: &Connection) -> rusqlite::Result<i64> {
    let clock = "SELECT value FROM bitcart_meta WHERE key = 'clock'";
    let clock: Option<i64> = conn.prepare_cached(clock)?.query_row([], |row| row.get(0)).optional()?;
    Ok(clock.unwrap_or(i64::MIN))
}

fn write(conn: &Connection, now: i64) -> rusqlite::Result<()> {
    let mut write = conn.prepare_cached("INSERT OR REPLACE INTO bitcart_meta VALUES ('clock', ?1)")?;
    write.execute([now]).map(drop)
}
