use std::fs;
use std::path::Path;

use super::{Folder, SqliteInbox};
use crate::ErrorKind;
use crate::inbox::Inbox;
use crate::inbox::promises::{accept, append, batch, event};

fn refused(path: impl AsRef<Path>) -> String {
    let error = SqliteInbox::open(path).map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Inbox);
    error.to_string()
}

fn damage(folder: &Folder, sql: &str) {
    rusqlite::Connection::open(folder.file()).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn a_second_consumer_is_refused_until_the_first_is_gone() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let error = refused(folder.file());
    let process = format!("in use by another consumer (process {})", std::process::id());
    assert!(error.contains(&process), "{error}");
    #[cfg(unix)]
    {
        let link = folder.path().join("link.db");
        std::os::unix::fs::symlink(folder.file(), &link).unwrap();
        assert!(refused(link).contains("in use"), "whatever it is called");
    }
    drop(inbox);
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    super::wait(inbox.close()).unwrap();
    SqliteInbox::open(folder.file()).unwrap();
}

#[test]
fn a_newer_one_is_refused_and_left_alone() {
    let folder = Folder::new();
    drop(SqliteInbox::open(folder.file()).unwrap());
    damage(&folder, "UPDATE bitcart_meta SET value = 2 WHERE key = 'version'");
    let before = fs::read(folder.file()).unwrap();
    let error = refused(folder.file());
    assert!(error.contains("written by a newer version"), "{error}");
    assert!(error.contains("of version 2, and this program knows them up to 1"), "{error}");
    assert!(SqliteInbox::attach(folder.file()).unwrap_err().to_string().contains("newer"));
    assert_eq!(fs::read(folder.file()).unwrap(), before);
}

#[test]
fn a_damaged_one_is_refused_and_left_alone() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    accept(&inbox, (0..200).map(event).collect());
    drop(inbox);
    let whole = fs::read(folder.file()).unwrap();
    let size = whole.len();
    let mut without_middle = whole.clone();
    // Everything but the first page, which has the header and the names of the tables.
    without_middle[4_096..].fill(0x5a);
    let mut without_schema = whole.clone();
    without_schema[100..4_096].fill(0xff);
    for (damaged, said) in [
        (without_middle, "damaged"),
        (without_schema, "damaged"),
        (whole[..size / 2].to_vec(), "damaged"),
        (b"{\"events\": []}".to_vec(), "file of something else"),
        ([b"SQLite format 3\0".to_vec(), vec![b'x'; 5_000]].concat(), "damaged"),
        (b"SQLite".to_vec(), "file of something else"),
    ] {
        fs::write(folder.file(), &damaged).unwrap();
        let error = refused(folder.file());
        assert!(error.contains(said), "{error}");
        assert!(SqliteInbox::attach(folder.file()).is_err());
        assert!(fs::read(folder.file()).unwrap() == damaged, "{error}: it was changed");
    }
    fs::write(folder.file(), &whole).unwrap();
    damage(&folder, "DELETE FROM bitcart_meta WHERE key = 'version'");
    assert!(refused(folder.file()).contains("bitcart_meta has no version"));
    fs::write(folder.file(), &whole).unwrap();
    damage(&folder, "DROP TABLE bitcart_event");
    let error = refused(folder.file());
    assert!(error.contains("damaged, in the table bitcart_event"), "{error}");
}

#[test]
fn what_is_no_file_is_refused_in_words() {
    let folder = Folder::new();
    assert!(refused(folder.path()).contains("it is a folder; name a file in it"));
    assert!(refused("").contains("the path is empty"));
    assert!(refused(":memory:").contains("nothing in memory survives"));
    assert!(refused("file:events.db?mode=memory").contains("name the file itself"));
    let missing = folder.path().join("data").join("events.db");
    let error = refused(&missing);
    assert!(error.contains("data` does not exist; create it first"), "{error}");
    assert!(!missing.exists());
    assert!(refused(folder.path().join("..")).contains("it is a folder"));
    #[cfg(unix)]
    assert!(refused("/dev/null").contains("not a regular file"));
    let error = SqliteInbox::attach(folder.file()).unwrap_err().to_string();
    assert!(error.contains("there is no inbox at"), "{error}");
    fs::write(folder.file(), "").unwrap();
    assert!(SqliteInbox::attach(folder.file()).is_err());
    assert_eq!(fs::metadata(folder.file()).unwrap().len(), 0);
    SqliteInbox::open(folder.file()).unwrap();
}

#[cfg(unix)]
#[test]
fn one_that_may_not_be_written_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    drop(SqliteInbox::open(folder.file()).unwrap());
    fs::set_permissions(folder.file(), fs::Permissions::from_mode(0o400)).unwrap();
    // Root may write everything.
    if fs::OpenOptions::new().write(true).open(folder.file()).is_err() {
        let error = refused(folder.file());
        assert!(error.contains("may not write the file"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    append(&inbox, batch([event(1)])).unwrap();
    let mut files = 0;
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
        files += 1;
    }
    assert_eq!(files, 4, "the file, -wal, -shm, the lock");
}

#[tokio::test]
async fn names_can_be_anything_and_a_file_can_be_shared_with_tables_of_ones_own() {
    let folder = Folder::new();
    let path = folder.path().join("events of 50% ? # ünï💶.db");
    let own = rusqlite::Connection::open(&path).unwrap();
    own.execute_batch(
        "CREATE TABLE orders (id); INSERT INTO orders VALUES (1);
         PRAGMA user_version = 42; PRAGMA application_id = 43",
    )
    .unwrap();
    let inbox = SqliteInbox::open(&path).unwrap();
    accept(&inbox, vec![event(1)]);
    let read = |sql: &str| own.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(read("SELECT count(*) FROM orders"), 1);
    assert_eq!(read("SELECT count(*) FROM bitcart_event"), 1);
    assert_eq!([read("PRAGMA user_version"), read("PRAGMA application_id")], [42, 43]);
    assert!(inbox.name().contains('💶'));
    assert!(format!("{inbox:?}").contains("SqliteInbox"));
    assert!(inbox.is_durable());
}

#[cfg(unix)]
#[test]
fn a_path_can_be_relative() {
    let folder = Folder::new();
    let up: std::path::PathBuf =
        std::env::current_dir().unwrap().components().skip(1).map(|_| "..").collect();
    let path = up.join(folder.file().strip_prefix("/").unwrap());
    let inbox = SqliteInbox::open(&path).unwrap();
    assert_eq!(inbox.name(), path.display().to_string());
    assert!(refused(folder.file()).contains("in use"));
}
