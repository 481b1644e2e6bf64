//! What a handler writes to the file itself: in the commit that settles its event.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::{Connection, Transaction};

use super::settle;
use crate::BoxError;
use crate::inbox::EventId;
use crate::inbox::verdict::Write;

const SAVEPOINT: &str = "bitcart_effects";

/// The transaction that others' events are in is gone.
pub(super) struct Broken;

/// Settles the event and runs what its handler gave, or does nothing of it. The outer error is SQLite's.
pub(super) fn run(
    tx: &Transaction<'_>,
    in_effects: &AtomicBool,
    me: i64,
    id: EventId,
    writes: Vec<Write>,
) -> rusqlite::Result<Result<Result<(), BoxError>, Broken>> {
    tx.execute_batch("SAVEPOINT bitcart_effects")?;
    let is_ours = settle::delete(tx, id.0.cast_signed(), me)? != 0;
    let done = if is_ours {
        in_effects.store(true, Ordering::Relaxed);
        let run = || writes.into_iter().try_for_each(|write| write(tx));
        let done = catch_unwind(AssertUnwindSafe(run));
        in_effects.store(false, Ordering::Relaxed);
        done.unwrap_or_else(|panic| Err(format!("an `InboxTx` panicked: {}", said(&*panic)).into()))
    } else {
        Err(format!("event {} is not this consumer's any more: nothing was written", id.0).into())
    };
    let end = match &done {
        _ if tx.is_autocommit() => return Ok(Err(Broken)),
        Ok(()) => "RELEASE bitcart_effects",
        Err(_) => "ROLLBACK TO bitcart_effects; RELEASE bitcart_effects",
    };
    if let Err(error) = tx.execute_batch(end) {
        tracing::error!("an `InboxTx` left its savepoint: {error}");
        return Ok(Err(Broken));
    }
    Ok(Ok(done.map_err(explain)))
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a text")
}

/// SQLite's "not authorized" says nothing to one who knows of no guard.
fn explain(error: BoxError) -> BoxError {
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

/// Lets a handler's closures change everything but what is the inbox's.
pub(super) fn guard(conn: &mut Connection) -> rusqlite::Result<Arc<AtomicBool>> {
    let in_effects = Arc::new(AtomicBool::new(false));
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
