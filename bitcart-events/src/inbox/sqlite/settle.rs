//! What became of an event.

use rusqlite::{Connection, params};

use super::clock;
use super::columns::{millis, now};
use super::state::State;
use crate::inbox::{Claimed, EventId, Verdict};
use crate::told::quietly;

/// A verdict, and what it needs to know of the event.
pub(super) struct Settled {
    pub(super) id: EventId,
    attempt: u32,
    failures: u32,
    verdict: Verdict,
}

impl Settled {
    pub(super) fn new(event: &Claimed, verdict: Verdict) -> Self {
        Self { id: event.id, attempt: event.attempt, failures: event.failures, verdict }
    }

    /// Whether it does not come again.
    pub(super) fn is_last(&self) -> bool {
        matches!(self.verdict, Verdict::Handled | Verdict::Dead { .. })
    }
}

/// Changes only what is still this consumer's.
pub(super) fn run(conn: &Connection, state: &mut State, settled: &Settled) -> rusqlite::Result<()> {
    let (id, me) = (settled.id.0.cast_signed(), state.me);
    let changed = match &settled.verdict {
        Verdict::Handled => delete(conn, id, me)?,
        Verdict::Retry { due, held, error } => {
            // One that is held goes on here; if this process does not come to it, the next one counts it.
            let attempt = settled.attempt.saturating_add(u32::from(!held));
            let retry = "UPDATE bitcart_event SET claimed = ?3, attempt = ?4, failures = ?5, due = ?6, error = ?7, \
                         ended = 0 \
                         WHERE id = ?1 AND claimed = ?2";
            let claimed = if *held { me } else { 0 };
            let failures = settled.failures.saturating_add(1);
            let values = params![id, me, claimed, attempt, failures, millis(*due), error];
            clock::note(conn, now())?;
            conn.prepare_cached(retry)?.execute(values)?
        }
        Verdict::Postponed { due } => {
            // What has an error waits for another attempt, and holds back what follows it where the order is strict.
            let postpone = "UPDATE bitcart_event SET claimed = 0, attempt = ?3, due = ?4, error = NULL \
                            WHERE id = ?1 AND claimed = ?2";
            clock::note(conn, now())?;
            conn.prepare_cached(postpone)?.execute(params![id, me, settled.attempt, millis(*due)])?
        }
        Verdict::Dead { error } => {
            let bury = "INSERT OR REPLACE INTO bitcart_dead \
                        (id, attempts, accepted, died, origin, currency, wallet, text, error) \
                        SELECT id, ?3, accepted, ?4, origin, currency, wallet, text, ?5 \
                        FROM bitcart_event WHERE id = ?1 AND claimed = ?2";
            conn.prepare_cached(bury)?.execute(params![id, me, settled.attempt, now(), error])?;
            delete(conn, id, me)?
        }
        Verdict::Released => {
            state.cursor = state.cursor.min(id.saturating_sub(1));
            let release = "UPDATE bitcart_event SET claimed = 0 WHERE id = ?1 AND claimed = ?2";
            conn.prepare_cached(release)?.execute([id, me])?
        }
    };
    if changed == 0 {
        quietly(|| {
            tracing::debug!("event {id} of the inbox is not this consumer's any more; nothing was changed");
        });
    }
    Ok(())
}

pub(super) fn delete(conn: &Connection, id: i64, me: i64) -> rusqlite::Result<usize> {
    conn.prepare_cached("DELETE FROM bitcart_event WHERE id = ?1 AND claimed = ?2")?.execute([id, me])
}
