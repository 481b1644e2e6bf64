//! What SQLite says, in words that help: what is wrong, where, and what to do.

use rusqlite::{ErrorCode, ffi};

use crate::Error;
use crate::inbox::trouble;

/// The inbox cannot be `written`, `read` or `opened`.
pub(super) fn cannot(name: &str, done: &str, error: &rusqlite::Error) -> Error {
    trouble(format!("the inbox `{name}` cannot be {done}: {error}; {}", advice(error)))
}

/// The file is not where it was opened.
pub(super) fn moved() -> rusqlite::Error {
    let error = ffi::Error { code: ErrorCode::ReadOnly, extended_code: ffi::SQLITE_READONLY_DBMOVED };
    rusqlite::Error::SqliteFailure(error, Some("the file was moved or deleted".to_owned()))
}

fn advice(error: &rusqlite::Error) -> &'static str {
    if error.sqlite_error().is_some_and(|error| error.extended_code == ffi::SQLITE_READONLY_DBMOVED) {
        return "put it back, and it goes on by itself; if it is gone, let this program handle what it holds, and start it \
                anew";
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "make room on its disk, and it goes on by itself",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program writes to the file for too long: end its transaction, and it goes on by itself"
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            "let this user write the file, its folder, and the `-wal` and `-shm` beside it"
        }
        Some(ErrorCode::CannotOpen) => {
            "look whether its folder is still there, and may be written by this user"
        }
        Some(ErrorCode::SystemIoFailure) => "its disk failed: look into the system's log",
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "the file is damaged: stop, keep a copy of it with its `-wal`, and restore a backup, or save what can be \
             read with `sqlite3 FILE .recover`"
        }
        Some(ErrorCode::TooBig) => "one of the texts is larger than SQLite can hold",
        _ => "look at the file with `sqlite3`",
    }
}

/// Something in the file that this version cannot have written.
pub(super) fn odd(what: String) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Null, what.into())
}
