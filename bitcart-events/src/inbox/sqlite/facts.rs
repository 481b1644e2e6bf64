//! What was delivered once for ever, decided in the transaction that appends. What is in memory of it follows only when
//! that is committed.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use crate::inbox::facts::{Heights, Transfers};
use crate::inbox::{Fact, Life, Mark};

#[derive(Default)]
pub(super) struct Facts {
    /// `None`: the file is to be asked again, because something was rolled back.
    heights: Option<Heights>,
    has_new_heights: bool,
    transfers: Transfers,
    /// What was sent in this transaction, in its order, and how often that makes.
    sent: Vec<(Mark, Life)>,
    counts: HashMap<Mark, (Life, u32)>,
}

impl Facts {
    pub(super) fn is_new(&mut self, conn: &Connection, fact: &Fact) -> rusqlite::Result<bool> {
        match fact {
            Fact::Height { of, height } => self.is_new_height(conn, of, *height),
            Fact::Transfer { mark, life } => self.is_new_transfer(conn, *mark, *life),
        }
    }

    fn is_new_height(&mut self, conn: &Connection, of: &str, height: u64) -> rusqlite::Result<bool> {
        let heights = match &mut self.heights {
            Some(heights) => heights,
            None => self.heights.insert(read(conn)?),
        };
        let Some(stretch) = heights.add(of, height) else { return Ok(false) };
        self.has_new_heights = true;
        let (first, last) = (stretch.start().cast_signed(), stretch.end().cast_signed());
        // Those that it grew from.
        let grown = "DELETE FROM bitcart_height WHERE whose = ?1 AND first BETWEEN ?2 AND ?3";
        conn.prepare_cached(grown)?.execute(params![of, first, last])?;
        let new = "INSERT INTO bitcart_height (whose, first, last) VALUES (?1, ?2, ?3)";
        conn.prepare_cached(new)?.execute(params![of, first, last])?;
        let lowest = heights.lowest(of).unwrap_or_default().cast_signed();
        let forgotten = "DELETE FROM bitcart_height WHERE whose = ?1 AND first < ?2";
        conn.prepare_cached(forgotten)?.execute(params![of, lowest])?;
        Ok(true)
    }

    /// How often it was sent is forgotten at some time, and with the process; how often it was delivered is not.
    fn is_new_transfer(&mut self, conn: &Connection, mark: Mark, life: Life) -> rusqlite::Result<bool> {
        let known = self.transfers.known(mark);
        let (known, count) = self.counts.entry(mark).or_insert_with(|| known.unwrap_or((life, 0)));
        if *known != life {
            (*known, *count) = (life, 0);
        }
        *count += 1;
        self.sent.push((mark, life));
        let read = "SELECT delivered FROM bitcart_transfer WHERE mark = ?1";
        let delivered = conn.prepare_cached(read)?.query_row([mark.0], |row| row.get(0)).optional()?;
        if *count <= delivered.unwrap_or(0_u32) {
            return Ok(false);
        }
        let write = "INSERT INTO bitcart_transfer VALUES (?1, 1) \
                     ON CONFLICT (mark) DO UPDATE SET delivered = delivered + 1";
        conn.prepare_cached(write)?.execute([mark.0])?;
        Ok(true)
    }

    pub(super) fn committed(&mut self) {
        self.has_new_heights = false;
        for (mark, life) in self.sent.drain(..) {
            self.transfers.sent(mark, life);
        }
        self.counts.clear();
    }

    pub(super) fn rolled_back(&mut self) {
        if std::mem::take(&mut self.has_new_heights) {
            self.heights = None;
        }
        self.sent.clear();
        self.counts.clear();
    }
}

fn read(conn: &Connection) -> rusqlite::Result<Heights> {
    let mut heights = Heights::default();
    let mut all =
        conn.prepare_cached("SELECT whose, first, last FROM bitcart_height ORDER BY whose, first")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let (whose, first, last): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if 0 <= first && first <= last {
            heights.put(&whose, first.cast_unsigned()..=last.cast_unsigned());
        }
    }
    Ok(heights)
}
