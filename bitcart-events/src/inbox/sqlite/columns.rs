//! How things stand in columns.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlResult, ValueRef};

use crate::Currency;
use crate::inbox::{NewEvent, Origin, Text};
use crate::wallet::WalletId;

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
    let text: Arc<str> = row.get(first + 2)?;
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
