use rusqlite::Transaction;

use super::{Folder, SqliteInbox, stop, wait, with};
use crate::BoxError;
use crate::inbox::promises::{accept, append, batch, event};
use crate::inbox::{Claimed, Effects, Inbox};

type Ran = Result<(), BoxError>;

pub(super) fn effects(run: impl FnOnce(&Transaction<'_>) -> Ran + Send + 'static) -> Effects {
    Effects { writes: vec![Box::new(run)] }
}

pub(super) fn sql(sql: &'static str) -> Effects {
    effects(move |tx| Ok(tx.execute_batch(sql)?))
}

/// A file with a table of the program's own, and so many events.
pub(super) fn shop(folder: &Folder, events: u32) -> (SqliteInbox, Vec<Claimed>) {
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    with(&inbox, |store| {
        store.conn.execute_batch(
            "CREATE TABLE orders (id INTEGER PRIMARY KEY);
             CREATE TABLE lines (of INTEGER REFERENCES orders DEFERRABLE INITIALLY DEFERRED)",
        )
    });
    let events = accept(&inbox, (0..events).map(event).collect());
    (inbox, events)
}

pub(super) fn count(inbox: &SqliteInbox, table: &'static str) -> i64 {
    with(inbox, move |store| {
        store.conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
    })
}

#[test]
fn they_happen_with_the_settling_and_once() {
    let folder = Folder::new();
    let (inbox, events) = shop(&folder, 1);
    let before = inbox.commits();
    let both = Effects {
        writes: vec![
            Box::new(|tx| Ok(tx.execute("INSERT INTO orders VALUES (1)", []).map(drop)?)),
            Box::new(|tx| Ok(tx.execute("INSERT INTO lines VALUES (1)", []).map(drop)?)),
        ],
    };
    wait(inbox.settle_with(&events[0], both)).unwrap();
    assert_eq!(inbox.commits(), before + 1);
    assert_eq!([count(&inbox, "orders"), count(&inbox, "lines"), count(&inbox, "bitcart_event")], [1, 1, 0]);
    let again = wait(inbox.settle_with(&events[0], sql("INSERT INTO orders VALUES (2)"))).unwrap_err();
    assert!(again.to_string().contains("not this consumer's any more"), "{again}");
    assert_eq!(count(&inbox, "orders"), 1);
    assert!(inbox.has_effects());
}

#[test]
fn an_error_or_a_panic_undoes_them_alone() {
    let folder = Folder::new();
    let (inbox, events) = shop(&folder, 4);
    let before = inbox.commits();
    let go = stop(&inbox);
    let failing = effects(|tx| {
        tx.execute("INSERT INTO orders VALUES (1)", [])?;
        Err("out of stock".into())
    });
    let panicking = effects(|tx| {
        tx.execute("INSERT INTO orders VALUES (2)", [])?;
        panic!("a bug");
    });
    // One that is left open is undone with the rest.
    let leaving = effects(|tx| {
        tx.execute_batch("SAVEPOINT mine; INSERT INTO orders VALUES (3)")?;
        Err("left".into())
    });
    let failing = inbox.settle_with(&events[0], failing);
    let panicking = inbox.settle_with(&events[1], panicking);
    let leaving = inbox.settle_with(&events[2], leaving);
    let works = inbox.settle_with(&events[3], sql("SAVEPOINT mine; INSERT INTO orders VALUES (4)"));
    drop(go);
    assert_eq!(wait(failing).unwrap_err().to_string(), "out of stock");
    assert_eq!(wait(panicking).unwrap_err().to_string(), "an `InboxTx` panicked: a bug");
    assert_eq!(wait(leaving).unwrap_err().to_string(), "left");
    wait(works).unwrap();
    assert_eq!(inbox.commits(), before + 1);
    assert_eq!([count(&inbox, "orders"), count(&inbox, "bitcart_event")], [1, 3]);
    // They are still claimed.
    assert!(wait(inbox.claim(9, false)).unwrap().events.is_empty());
    wait(inbox.settle_with(&events[0], sql("INSERT INTO orders VALUES (1)"))).unwrap();
}

#[test]
fn the_transaction_and_the_inbox_are_not_theirs() {
    let folder = Folder::new();
    let (inbox, events) = shop(&folder, 1);
    for statement in [
        "COMMIT",
        "ROLLBACK",
        "END; BEGIN",
        "RELEASE bitcart_effects",
        "ROLLBACK TO BITCART_EFFECTS",
        "DELETE FROM bitcart_event",
        "UPDATE Bitcart_Meta SET value = 2 WHERE key = 'version'",
        "INSERT INTO bitcart_memory VALUES ('x', x'')",
        "DROP TABLE bitcart_dead",
        "CREATE TRIGGER mine AFTER INSERT ON bitcart_event BEGIN SELECT 1; END",
        "CREATE TEMP TABLE bitcart_event (id)",
        "CREATE TEMP VIEW bitcart_event AS SELECT 1",
        "CREATE TEMP TRIGGER mine AFTER INSERT ON bitcart_event BEGIN SELECT 1; END",
        "CREATE TABLE bitcart_mine (id)",
        "DROP INDEX bitcart_event_due",
        "ALTER TABLE bitcart_dead RENAME TO dead",
        "PRAGMA synchronous = OFF",
        "ATTACH 'x.db' AS other",
    ] {
        let result = wait(inbox.settle_with(&events[0], sql(statement)));
        let error = result.unwrap_err().to_string();
        assert!(error.contains("may not begin, commit or roll back"), "{statement}: {error}");
    }
    assert_eq!([count(&inbox, "bitcart_event"), count(&inbox, "bitcart_meta")], [1, 4]);
    // What is theirs is.
    let allowed =
        "PRAGMA user_version = 7; PRAGMA table_info(orders); CREATE TABLE other (x); SAVEPOINT a; RELEASE a";
    wait(inbox.settle_with(&events[0], sql(allowed))).unwrap();
    assert_eq!(count(&inbox, "other"), 0);
}

/// SQLite has ways to end a transaction that are no statement of their own.
#[test]
fn a_transaction_that_one_of_them_ends_is_made_again_for_the_others() {
    let folder = Folder::new();
    let (inbox, events) = shop(&folder, 4);
    let go = stop(&inbox);
    let (tell, told) = std::sync::mpsc::channel();
    let appended = |number| {
        let tell = tell.clone();
        inbox.append(batch([event(number)]), Box::new(move |result| tell.send(result).unwrap()));
    };
    appended(1);
    let first = inbox.settle_with(&events[0], sql("INSERT INTO orders VALUES (1)"));
    appended(2);
    let ending = "INSERT OR ROLLBACK INTO orders VALUES (2), (2)";
    let second = inbox.settle_with(&events[1], sql(ending));
    appended(3);
    let third = inbox.settle_with(&events[2], sql("INSERT INTO orders VALUES (3)"));
    inbox.settle(&events[3], crate::inbox::Verdict::Handled);
    drop(go);
    let error = wait(first).unwrap_err().to_string();
    assert!(error.contains("of another event ended the transaction"), "{error}");
    let error = wait(second).unwrap_err().to_string();
    assert!(error.contains("ended the transaction"), "{error}");
    wait(third).unwrap();
    let ids: Vec<u64> = (0..3).map(|_| told.recv().unwrap().unwrap()[0].unwrap().0).collect();
    assert!(ids.is_sorted(), "{ids:?}");
    assert_eq!([count(&inbox, "orders"), count(&inbox, "bitcart_event")], [1, 2 + 3]);
    wait(inbox.settle_with(&events[0], sql("INSERT INTO orders VALUES (1)"))).unwrap();
}

#[test]
fn a_foreign_key_that_leads_nowhere_in_the_end_is_told_to_who_made_it() {
    let folder = Folder::new();
    let (inbox, events) = shop(&folder, 1);
    let go = stop(&inbox);
    let lost = inbox.settle_with(&events[0], sql("INSERT INTO lines VALUES (404)"));
    let (tell, told) = std::sync::mpsc::channel();
    inbox.append(batch([event(1)]), Box::new(move |result| tell.send(result).unwrap()));
    drop(go);
    let error = wait(lost).unwrap_err().to_string();
    assert!(error.contains("foreign key"), "{error}");
    assert!(told.recv().unwrap().is_ok());
    assert!(append(&inbox, batch([event(1)])).is_ok());
}
