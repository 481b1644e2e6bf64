//! Storing what was accepted.

use rusqlite::{Connection, params};

use super::columns::{now, origin_code};
use super::state::State;
use super::{memory, schema};
use crate::inbox::{Batch, EventId, NewEvent};

pub(super) fn run(
    conn: &Connection,
    state: &mut State,
    batch: &Batch,
) -> rusqlite::Result<Vec<Option<EventId>>> {
    let now = now();
    let mut ids = Vec::with_capacity(batch.events.len());
    for event in &batch.events {
        if let Some(fact) = &event.fact
            && !state.facts.is_new(conn, fact)?
        {
            ids.push(None);
            continue;
        }
        let id = next(conn, state)?;
        let claimed = if batch.claim { state.me } else { 0 };
        insert(conn, id.cast_signed(), event, claimed, now)?;
        ids.push(Some(EventId(id)));
    }
    for (id, received) in &batch.received {
        // One that was told twice is the same.
        let insert =
            "INSERT OR REPLACE INTO bitcart_received (id, currency, wallet, text) VALUES (?1, ?2, ?3, ?4)";
        let (currency, wallet) = (received.currency.code(), received.wallet.map(|wallet| wallet.0));
        conn.prepare_cached(insert)?.execute(params![
            id.0.cast_signed(),
            currency,
            wallet,
            &*received.text
        ])?;
    }
    for id in &batch.taken {
        conn.prepare_cached("DELETE FROM bitcart_received WHERE id = ?1")?.execute([id.0.cast_signed()])?;
    }
    for remember in &batch.remember {
        memory::write(conn, remember)?;
    }
    Ok(ids)
}

/// No id is given twice, not even after a kill: those that may have been are left out then.
fn next(conn: &Connection, state: &mut State) -> rusqlite::Result<u64> {
    if state.next >= state.reserved {
        state.reserved = state.next + schema::IDS;
        schema::write_ids(conn, state.reserved)?;
    }
    let id = state.next;
    state.next += 1;
    Ok(id)
}

fn insert(conn: &Connection, id: i64, event: &NewEvent, claimed: i64, now: i64) -> rusqlite::Result<()> {
    let (currency, wallet) = (event.currency.code(), event.wallet.map(|wallet| wallet.0));
    let (origin, text) = (origin_code(event.origin), &*event.text);
    if let Some(error) = &event.dead {
        let dead = "INSERT INTO bitcart_dead (id, attempts, accepted, died, origin, currency, wallet, text, error) \
                    VALUES (?1, 0, ?2, ?2, ?3, ?4, ?5, ?6, ?7)";
        conn.prepare_cached(dead)?.execute(params![id, now, origin, currency, wallet, text, error])?;
    } else {
        let insert = "INSERT INTO bitcart_event (id, claimed, attempt, failures, accepted, origin, currency, wallet, text) \
                      VALUES (?1, ?2, 1, 0, ?3, ?4, ?5, ?6, ?7)";
        conn.prepare_cached(insert)?.execute(params![id, claimed, now, origin, currency, wallet, text])?;
    }
    Ok(())
}
