//! The connection, and what is done with it in one commit. Only the writer's thread has it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::file::Identity;
use super::state::State;
use super::work::Work;
use super::{append, claim, effects, schema, settle};
use crate::BoxError;
use crate::inbox::{Claims, EventId};

pub(super) struct Store {
    pub(super) name: Arc<str>,
    pub(super) conn: Connection,
    pub(super) state: State,
    /// Which file it is; only of a consumer.
    pub(super) place: Option<Identity>,
    /// Handlers' closures run: [`effects::guard`] looks.
    pub(super) in_effects: Arc<AtomicBool>,
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
                    // Whoever asked is gone.
                    Work::Claim { reply, .. } if reply.is_closed() => Outcome::Claimed(Claims::default()),
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
