//! The connection, and what is known of the file without asking it. Only the writer's thread has it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::types::{FromSql, FromSqlResult, ValueRef};
use rusqlite::{Connection, Row, Transaction, TransactionBehavior};

use super::facts::Facts;
use super::file::Identity;
use super::queue::Work;
use super::{append, claim, effects, schema, settle};
use crate::inbox::{Claims, EventId, NewEvent, Origin, Text};
use crate::wallet::WalletId;
use crate::{BoxError, Currency};

pub(super) struct Store {
    pub(super) name: Arc<str>,
    pub(super) conn: Connection,
    pub(super) state: State,
    /// Which file it is; only of a consumer.
    pub(super) place: Option<Identity>,
    /// Handlers' closures run: [`effects::guard`] looks.
    pub(super) in_effects: Arc<AtomicBool>,
}

/// What is in memory of it.
#[derive(Default)]
pub(super) struct State {
    /// This consumer's number; 0 for tools.
    pub(super) me: i64,
    /// The next id.
    pub(super) next: u64,
    /// From this one on none may be given before that is written down.
    pub(super) reserved: u64,
    /// Up to this one every event was looked at: what can be claimed of them has a due time.
    pub(super) cursor: i64,
    /// An event was buried that may have ended earlier processes.
    pub(super) has_buried: bool,
    pub(super) facts: Facts,
}

/// What a command came to, if everything is committed.
pub(super) enum Outcome {
    Appended(Vec<Option<EventId>>),
    Settled,
    Effects(Result<(), BoxError>),
    Claimed(Claims),
}

/// Why nothing of a transaction happened.
pub(super) enum Failure {
    /// It could not even begin.
    Begin(rusqlite::Error),
    /// SQLite said no.
    Sqlite(rusqlite::Error),
    /// A closure of the command with this number ended it: what is to be said to that one.
    Ended(usize, BoxError),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl Store {
    /// All of it in one commit, or nothing.
    pub(super) fn attempt(&mut self, works: &mut [Work]) -> Result<Vec<Outcome>, Failure> {
        let Self { name, conn, state, in_effects, .. } = self;
        let (reserved, cursor, has_buried) = (state.reserved, state.cursor, state.has_buried);
        let done = (|| {
            let begun = Transaction::new_unchecked(conn, TransactionBehavior::Immediate);
            let tx = begun.map_err(Failure::Begin)?;
            let mut outcomes = Vec::with_capacity(works.len());
            for (number, work) in works.iter_mut().enumerate() {
                outcomes.push(match work {
                    Work::Append(batch, _) => Outcome::Appended(append::run(&tx, state, batch)?),
                    Work::Settle(settled) => {
                        settle::run(&tx, state, settled)?;
                        Outcome::Settled
                    }
                    Work::Effects(id, writes, _) => {
                        let writes = std::mem::take(writes);
                        match effects::run(&tx, name, in_effects, state.me, *id, writes)? {
                            effects::Ran::Done => Outcome::Effects(Ok(())),
                            effects::Ran::Undone(error) => Outcome::Effects(Err(error)),
                            effects::Ran::Ended(error) => return Err(Failure::Ended(number, error)),
                        }
                    }
                    Work::Claim { most, held, .. } => Outcome::Claimed(claim::run(&tx, state, *most, *held)?),
                });
            }
            tx.commit()?;
            Ok(outcomes)
        })();
        match &done {
            Ok(_) => state.facts.committed(),
            Err(_) => {
                (state.reserved, state.cursor, state.has_buried) = (reserved, cursor, has_buried);
                state.facts.rolled_back();
            }
        }
        done
    }

    /// Something in a transaction of its own.
    pub(super) fn transaction<T>(
        &self,
        run: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let tx = Transaction::new_unchecked(&self.conn, TransactionBehavior::Immediate)?;
        let value = run(&tx)?;
        tx.commit()?;
        Ok(value)
    }

    /// Which id comes next, so that none is left out after a restart.
    pub(super) fn finish(&self) -> rusqlite::Result<()> {
        if self.state.me == 0 {
            return Ok(());
        }
        schema::write_ids(&self.conn, self.state.next)
    }
}

/// Milliseconds since 1970.
pub(super) fn millis(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |millis| -millis),
    }
}

pub(super) fn now() -> i64 {
    millis(SystemTime::now())
}

pub(super) fn time(millis: i64) -> SystemTime {
    let distance = Duration::from_millis(millis.unsigned_abs());
    let time = if millis < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
    time.unwrap_or(UNIX_EPOCH)
}

pub(super) fn origin_code(origin: Origin) -> i64 {
    match origin {
        Origin::Live => 0,
        Origin::Drained => 1,
        Origin::Reconciled => 2,
        Origin::Replayed => 3,
    }
}

struct Code<T>(T);

impl FromSql for Code<Origin> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self(match value.as_i64()? {
            1 => Origin::Drained,
            2 => Origin::Reconciled,
            3 => Origin::Replayed,
            _ => Origin::Live,
        }))
    }
}

impl FromSql for Code<Currency> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let parsed = value.as_str()?.parse();
        parsed.map(Self).map_err(|error| rusqlite::types::FromSqlError::Other(Box::new(error)))
    }
}

/// The columns `currency, wallet, text, origin` that begin with that one.
pub(super) fn event(row: &Row<'_>, first: usize) -> rusqlite::Result<NewEvent> {
    let text: std::sync::Arc<str> = row.get(first + 2)?;
    Ok(NewEvent {
        currency: currency(row, first)?,
        wallet: wallet(row, first + 1)?,
        text: Text::from(text),
        origin: origin(row, first + 3)?,
        fact: None,
        dead: None,
    })
}

pub(super) fn currency(row: &Row<'_>, column: usize) -> rusqlite::Result<Currency> {
    row.get(column).map(|Code(currency)| currency)
}

pub(super) fn origin(row: &Row<'_>, column: usize) -> rusqlite::Result<Origin> {
    row.get(column).map(|Code(origin)| origin)
}

pub(super) fn wallet(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<WalletId>> {
    row.get(column).map(|wallet: Option<[u8; 16]>| wallet.map(WalletId))
}
