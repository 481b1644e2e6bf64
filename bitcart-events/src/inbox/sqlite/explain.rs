//! What SQLite says, in words that help: what is wrong, where, and what to do.

use rusqlite::{ErrorCode, ffi};

use crate::Error;

/// The inbox cannot be `written`, `read` or `opened`.
pub(super) fn cannot(name: &str, done: &str, error: &rusqlite::Error) -> Error {
    Error::inbox(format!("the inbox `{name}` cannot be {done}: {error}; {}", advice(error)))
}

/// What a closure was told, or something behind that, if the file is to blame and not the closure. That it is locked is not
/// said to one who writes to it already: that is about another file.
pub(super) fn of_the_file(name: &str, error: &(dyn std::error::Error + 'static)) -> Option<Error> {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    let error = causes.find_map(|error| error.downcast_ref::<rusqlite::Error>())?;
    let is_of_the_file = match error.sqlite_error_code()? {
        ErrorCode::DiskFull
        | ErrorCode::SystemIoFailure
        | ErrorCode::OutOfMemory
        | ErrorCode::NotADatabase => true,
        // A virtual table's own idea of it is not.
        ErrorCode::DatabaseCorrupt => error.sqlite_extended_error_code() != Some(ffi::SQLITE_CORRUPT_VTAB),
        _ => false,
    };
    is_of_the_file.then(|| cannot(name, "written", error))
}

/// The same of an error that has become text, as `format!("cannot book: {error}")`: only for one who lost the transaction by
/// it.
pub(super) fn said_of_the_file(name: &str, text: &str) -> Option<Error> {
    let known = [
        (ffi::SQLITE_FULL, "database or disk is full"),
        (ffi::SQLITE_IOERR, "disk I/O error"),
        (ffi::SQLITE_NOMEM, "out of memory"),
    ];
    let (code, said) = known.into_iter().find(|(_, said)| text.contains(said))?;
    let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some(said.to_owned()));
    Some(cannot(name, "written", &error))
}

/// A foreign key that was to be there in the end: SQLite looks at it only when it commits.
pub(super) fn is_broken_promise(error: &rusqlite::Error) -> bool {
    error.sqlite_extended_error_code() == Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY)
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
