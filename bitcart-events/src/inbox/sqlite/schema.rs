//! The tables, and what is looked at before anything is written to a file that was there already.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};

use super::{Options, explain, file};
use crate::{Error, Result};

/// What this version of the crate reads and writes.
const VERSION: i64 = 1;
/// So many ids are taken at once, so that most commits need not write down which is next.
pub(super) const IDS: u64 = 4_096;
/// A tool may hold the file for a moment.
const BUSY: Duration = Duration::from_secs(5);

/// No index but that of what waits for a time: each would be one more page to write with every event.
const TABLES: &str = "
    CREATE TABLE bitcart_meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE bitcart_event (
        id INTEGER PRIMARY KEY,
        claimed INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        failures INTEGER NOT NULL,
        due INTEGER,
        accepted INTEGER NOT NULL,
        origin INTEGER NOT NULL,
        currency TEXT NOT NULL,
        wallet BLOB,
        text TEXT NOT NULL,
        error TEXT,
        ended INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX bitcart_event_due ON bitcart_event (due) WHERE due IS NOT NULL;
    CREATE TABLE bitcart_dead (
        id INTEGER PRIMARY KEY,
        attempts INTEGER NOT NULL,
        accepted INTEGER NOT NULL,
        died INTEGER NOT NULL,
        origin INTEGER NOT NULL,
        currency TEXT NOT NULL,
        wallet BLOB,
        text TEXT NOT NULL,
        error TEXT NOT NULL
    ) STRICT;
    CREATE TABLE bitcart_received (
        id INTEGER PRIMARY KEY,
        currency TEXT NOT NULL,
        wallet BLOB,
        text TEXT NOT NULL
    ) STRICT;
    CREATE TABLE bitcart_memory (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE bitcart_height (
        whose TEXT NOT NULL,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        PRIMARY KEY (whose, first)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE bitcart_transfer (mark BLOB PRIMARY KEY, delivered INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO bitcart_meta VALUES ('key', randomblob(16)), ('starts', 0), ('ids', 1);
";

/// Those that are looked through at every start. That of transfers is not: it only grows.
const CHECKED: [&str; 6] =
    ["bitcart_meta", "bitcart_event", "bitcart_dead", "bitcart_received", "bitcart_memory", "bitcart_height"];

/// What a file has inside.
#[derive(PartialEq, Eq)]
pub(super) enum Found {
    /// An inbox.
    Inbox,
    /// No inbox; other tables, or nothing.
    None,
}

/// Opens a file and looks at it. Nothing has been written when this refuses it.
pub(super) fn look(path: &Path, name: &str) -> Result<(Connection, Found)> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let cannot = |error| explain::cannot(name, "opened", &error);
    let conn = Connection::open_with_flags(path, flags).map_err(cannot)?;
    // What another version left beside the file stays there.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(cannot)?;
    conn.busy_timeout(BUSY).map_err(cannot)?;
    if conn.is_readonly("main").map_err(cannot)? {
        return Err(Error::inbox(format!(
            "the inbox `{name}` cannot be opened: this user may not write the file; change its owner or its mode"
        )));
    }
    let version = version(&conn).map_err(cannot)?;
    match version {
        None => {}
        Some(VERSION) => check(&conn, name)?,
        Some(other) if other > VERSION => {
            return Err(Error::inbox(format!(
                "the inbox `{name}` was written by a newer version of bitcart-events: its tables are of version {other}, \
                 and this program knows them up to {VERSION}. It was not changed; run the newer program, or name \
                 another file"
            )));
        }
        Some(other) => {
            return Err(cannot(explain::odd(format!("no version wrote tables of version {other}"))));
        }
    }
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(cannot)?;
    Ok((conn, if version.is_some() { Found::Inbox } else { Found::None }))
}

fn version(conn: &Connection) -> rusqlite::Result<Option<i64>> {
    let ours = "SELECT count(*) FROM sqlite_schema WHERE name = 'bitcart_meta'";
    if conn.query_row(ours, [], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(None);
    }
    let version = "SELECT value FROM bitcart_meta WHERE key = 'version'";
    let version: Option<i64> = conn.query_row(version, [], |row| row.get(0)).optional()?;
    version.map(Some).ok_or_else(|| explain::odd("bitcart_meta has no version".to_owned()))
}

fn check(conn: &Connection, name: &str) -> Result<()> {
    for table in CHECKED {
        let found =
            conn.query_row(&format!("PRAGMA quick_check({table})"), [], |row| row.get::<_, String>(0));
        let wrong = match found {
            Ok(found) if found == "ok" => continue,
            Ok(found) => found,
            Err(error) => error.to_string(),
        };
        return Err(Error::inbox(format!(
            "the inbox `{name}` is damaged, in the table {table}: {wrong}. It was not changed; keep a copy of it with \
             its `-wal`, and restore a backup, or save what can be read with `sqlite3 FILE .recover`"
        )));
    }
    Ok(())
}

/// How it is written, for as long as it is open.
pub(super) fn set_up(conn: &Connection, options: &Options) -> rusqlite::Result<()> {
    let mode: String = conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(explain::odd(format!(
            "its journal stays `{mode}`, not `wal`: is it on a network drive?"
        )));
    }
    conn.pragma_update(None, "synchronous", if options.full { "FULL" } else { "NORMAL" })?;
    // A reader that stays for long lets the journal grow; afterwards it is cut.
    conn.pragma_update(None, "journal_size_limit", 16 << 20)?;
    conn.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Makes the tables.
pub(super) fn make(conn: &Connection) -> rusqlite::Result<()> {
    let tx = rusqlite::Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
    tx.execute_batch(TABLES)?;
    tx.execute("INSERT INTO bitcart_meta VALUES ('version', ?1)", params![VERSION])?;
    tx.commit()
}

/// The column came later than the first files; who does not know it does not miss it.
fn add_ended(conn: &Connection) -> rusqlite::Result<()> {
    let has = "SELECT count(*) FROM pragma_table_info('bitcart_event') WHERE name = 'ended'";
    if conn.query_row(has, [], |row| row.get::<_, i64>(0))? == 0 {
        conn.execute_batch("ALTER TABLE bitcart_event ADD COLUMN ended INTEGER NOT NULL DEFAULT 0")?;
    }
    Ok(())
}

/// Another start: the number that its claims have, and the first id that was never given.
pub(super) fn start(conn: &Connection) -> rusqlite::Result<(i64, u64)> {
    let tx = rusqlite::Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
    tx.execute("UPDATE bitcart_meta SET value = value + 1 WHERE key = 'starts'", [])?;
    let read = |key: &str| -> rusqlite::Result<i64> {
        tx.query_row("SELECT value FROM bitcart_meta WHERE key = ?1", [key], |row| row.get(0))
    };
    let (start, next) = (read("starts")?, read("ids")?.cast_unsigned());
    write_ids(&tx, next + IDS)?;
    tx.commit()?;
    Ok((start, next))
}

/// From which id on none was given.
pub(super) fn write_ids(conn: &Connection, next: u64) -> rusqlite::Result<()> {
    let mut write = conn.prepare_cached("UPDATE bitcart_meta SET value = ?1 WHERE key = 'ids'")?;
    write.execute([next.cast_signed()]).map(drop)
}

pub(super) fn key(conn: &Connection) -> rusqlite::Result<[u8; 16]> {
    conn.query_row("SELECT value FROM bitcart_meta WHERE key = 'key'", [], |row| row.get(0))
}

/// Looks at a file, and makes it an inbox if it is none yet.
pub(super) fn open(path: &Path, name: &str, is_there: bool, options: &Options) -> Result<Connection> {
    if !is_there {
        file::create(path)?;
    }
    let (conn, found) = look(path, name)?;
    file::warn_if_open_to_others(path);
    let cannot = |error| explain::cannot(name, "opened", &error);
    set_up(&conn, options).map_err(cannot)?;
    match found {
        Found::None => make(&conn),
        Found::Inbox => add_ended(&conn),
    }
    .map_err(cannot)?;
    Ok(conn)
}
