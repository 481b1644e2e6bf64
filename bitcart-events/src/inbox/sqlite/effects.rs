//! What a handler writes to the file itself: in the commit that settles its event.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::{Connection, Transaction};

use super::{explain, settle};
use crate::inbox::EventId;
use crate::inbox::verdict::Write;
use crate::{BoxError, Error, ErrorKind};

const SAVEPOINT: &str = "bitcart_effects";

/// What became of an event's closures.
pub(super) enum Ran {
    /// They are part of the transaction, and so is the settling.
    Done,
    /// Nothing of it is.
    Undone(BoxError),
    /// The transaction that others' events are in is gone.
    Ended(BoxError),
}

/// Settles the event and runs what its handler gave, or does nothing of it. The error is SQLite's.
pub(super) fn run(
    tx: &Transaction<'_>,
    name: &str,
    in_effects: &AtomicBool,
    me: i64,
    id: EventId,
    writes: Vec<Write>,
) -> rusqlite::Result<Ran> {
    tx.execute_batch("SAVEPOINT bitcart_effects")?;
    if settle::delete(tx, id.0.cast_signed(), me)? == 0 {
        tx.execute_batch("RELEASE bitcart_effects")?;
        let why = format!("event {} is not this consumer's any more: nothing was written", id.0);
        return Ok(Ran::Undone(why.into()));
    }
    in_effects.store(true, Ordering::Relaxed);
    let done = catch_unwind(AssertUnwindSafe(|| call(tx, name, writes)));
    in_effects.store(false, Ordering::Relaxed);
    let done = done.unwrap_or_else(|panic| {
        let error = format!("an `InboxTx` panicked: {}", said(&*panic));
        std::mem::forget(panic);
        Err(error.into())
    });
    if tx.is_autocommit() {
        return Ok(Ran::Ended(done.err().unwrap_or_else(|| ended(None))));
    }
    let end = match &done {
        Ok(()) => "RELEASE bitcart_effects",
        Err(_) => "ROLLBACK TO bitcart_effects; RELEASE bitcart_effects",
    };
    Ok(match (tx.execute_batch(end), done) {
        (Ok(()), Ok(())) => Ran::Done,
        (Ok(()), Err(error)) => Ran::Undone(error),
        // The savepoint is gone, with a transaction that was ended and begun anew; unless it is the file's fault.
        (Err(error), done) => Ran::Ended(match explain::of_the_file(name, &error) {
            Some(trouble) => trouble.into(),
            None => done.err().unwrap_or_else(|| ended(None)),
        }),
    })
}

/// None is called after one that ended the transaction: it would have none.
fn call(tx: &Transaction<'_>, name: &str, writes: Vec<Write>) -> Result<(), BoxError> {
    for write in writes {
        let done = write(tx).map_err(|error| explain(name, error));
        if tx.is_autocommit() {
            return Err(match done {
                Err(error) if is_the_inboxs(&error) => error,
                Err(error) => explain::said_of_the_file(name, &error.to_string())
                    .map_or_else(|| ended(Some(error)), BoxError::from),
                Ok(()) => ended(None),
            });
        }
        done?;
    }
    Ok(())
}

/// What was ignored is not known here any more.
fn ended(error: Option<BoxError>) -> BoxError {
    let error = error.map(|error| format!("; it went on until \"{error}\"")).unwrap_or_default();
    format!(
        "an `InboxTx` ended the transaction, and nothing was written: `OR ROLLBACK`, `ON CONFLICT ROLLBACK` and \
         `RAISE(ROLLBACK)` do that, and so does a statement that finds the disk full; pass every error on with `?`{error}"
    )
    .into()
}

fn is_the_inboxs(error: &BoxError) -> bool {
    error.downcast_ref::<Error>().is_some_and(|error| error.kind() == ErrorKind::Inbox)
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a text")
}

/// Tells the file's trouble from the closure's own, and says what SQLite's "not authorized" means: it says nothing to one who
/// knows of no guard.
fn explain(name: &str, error: BoxError) -> BoxError {
    if let Some(trouble) = explain::of_the_file(name, &*error) {
        return trouble.into();
    }
    if is_the_inboxs(&error) {
        // It comes from another inbox, or another call: that this one is in order is known here.
        return error.to_string().into();
    }
    let denied = error.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error_code);
    if denied != Some(rusqlite::ErrorCode::AuthorizationForStatementDenied) {
        return error;
    }
    format!(
        "{error}: an `InboxTx` may not begin, commit or roll back the transaction, which is others' too, change tables \
         whose names begin with `bitcart_`, or how the file is written (use a savepoint for what may be undone)"
    )
    .into()
}

/// Lets a handler's closures change everything but what is the inbox's, and commit nothing.
pub(super) fn guard(conn: &mut Connection) -> rusqlite::Result<Arc<AtomicBool>> {
    let in_effects = Arc::new(AtomicBool::new(false));
    // What SQLite ended inside of a closure leaves each further statement of it a transaction of its own.
    let is_on = in_effects.clone();
    conn.commit_hook(Some(move || is_on.load(Ordering::Relaxed)))?;
    let is_on = in_effects.clone();
    conn.authorizer(Some(move |context: AuthContext<'_>| {
        if is_on.load(Ordering::Relaxed) && is_ours(&context.action) {
            Authorization::Deny
        } else {
            Authorization::Allow
        }
    }))?;
    Ok(in_effects)
}

fn is_ours(action: &AuthAction<'_>) -> bool {
    let ours = |name: &str| name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("bitcart_"));
    match action {
        AuthAction::Transaction { .. } | AuthAction::Attach { .. } | AuthAction::Detach { .. } => true,
        AuthAction::Savepoint { savepoint_name, .. } => savepoint_name.eq_ignore_ascii_case(SAVEPOINT),
        AuthAction::Insert { table_name }
        | AuthAction::Delete { table_name }
        | AuthAction::Update { table_name, .. }
        | AuthAction::CreateTable { table_name }
        | AuthAction::CreateTempTable { table_name }
        | AuthAction::DropTable { table_name }
        | AuthAction::AlterTable { table_name, .. }
        | AuthAction::CreateIndex { table_name, .. }
        | AuthAction::DropIndex { table_name, .. }
        | AuthAction::CreateTrigger { table_name, .. }
        | AuthAction::CreateTempTrigger { table_name, .. } => ours(table_name),
        // A temporary one would stand before ours.
        AuthAction::CreateTempView { view_name } | AuthAction::CreateView { view_name } => ours(view_name),
        // Some only ask; these change how the inbox writes.
        AuthAction::Pragma { pragma_name, pragma_value: Some(_) } => [
            "busy_timeout",
            "foreign_keys",
            "journal_mode",
            "journal_size_limit",
            "locking_mode",
            "max_page_count",
            "query_only",
            "synchronous",
            "wal_autocheckpoint",
            "writable_schema",
        ]
        .iter()
        .any(|name| pragma_name.eq_ignore_ascii_case(name)),
        _ => false,
    }
}
