//! What is in the victim's file while it is dead. It is copied before it is looked at: whoever opens an SQLite file after a
//! kill repairs it, and that is what the next victim is to do.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use bitcart_events::rusqlite::{Connection, OptionalExtension, Row};

use crate::history::Snapshot;
use crate::what;

/// Of a file that may not be there yet.
pub fn take(file: &Path) -> Result<Snapshot> {
    if !file.exists() {
        return Ok(Snapshot::default());
    }
    let copy = copy(file)?;
    let conn = Connection::open(&copy)?;
    let is_whole: String = conn.query_row("PRAGMA integrity_check", (), |row| row.get(0))?;
    ensure!(is_whole == "ok", "the file is damaged: {is_whole}");
    let has = |table: &str| -> Result<bool> {
        let found = conn.query_row("SELECT 1 FROM sqlite_schema WHERE name = ?1", [table], |_| Ok(()));
        Ok(found.optional()?.is_some())
    };
    let mut snapshot = Snapshot::default();
    if has("bitcart_meta")? {
        let next = "SELECT value FROM bitcart_meta WHERE key = 'ids'";
        snapshot.next = conn.query_row(next, (), |row| row.get::<_, i64>(0))?.cast_unsigned();
        for (id, text) in all(&conn, "SELECT id, text FROM bitcart_event", numbered)? {
            snapshot.events.insert(id, what::of(&text).with_context(|| format!("what is {text}?"))?);
        }
        snapshot.dead = all(&conn, "SELECT id, text FROM bitcart_dead", numbered)?
            .into_iter()
            .map(|(id, _)| id)
            .collect();
        let received = all(&conn, "SELECT id, text FROM bitcart_received", numbered)?;
        snapshot.received = received.iter().flat_map(|(_, text)| what::of_all(text)).collect();
    }
    if has("effects")? {
        snapshot.effects = all(&conn, "SELECT id, what FROM effects", numbered)?;
    }
    Ok(snapshot)
}

fn numbered(row: &Row<'_>) -> bitcart_events::rusqlite::Result<(u64, String)> {
    Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?))
}

fn all<T>(
    conn: &Connection,
    query: &str,
    read: impl FnMut(&Row<'_>) -> bitcart_events::rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let mut query = conn.prepare(query)?;
    Ok(query.query_map((), read)?.collect::<Result<_, _>>()?)
}

fn copy(file: &Path) -> Result<PathBuf> {
    let folder = file.with_extension("look");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir(&folder)?;
    let copy = folder.join("copy.db");
    fs::copy(file, &copy)?;
    let wal = |of: &Path| PathBuf::from(format!("{}-wal", of.display()));
    if wal(file).exists() {
        fs::copy(wal(file), wal(&copy))?;
    }
    Ok(copy)
}
