//! Whose fault it is when a transaction with closures in it fails, and that nothing of it stays.

use super::effects::{count, effects, shop, sql};
use super::full::limit;
use super::{Folder, stop, wait};
use crate::inbox::promises::{append, batch, event};
use crate::inbox::{Effects, Inbox, Verdict};
use crate::{BoxError, Error, ErrorKind};

/// "Try again, and do not count it."
fn is_the_inboxs(error: &BoxError) -> bool {
    error.downcast_ref::<Error>().is_some_and(|error| error.kind() == ErrorKind::Inbox)
}

#[derive(Debug)]
struct Wrapped(rusqlite::Error);

impl std::fmt::Display for Wrapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("cannot book")
    }
}

impl std::error::Error for Wrapped {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn what_follows_an_ignored_end_of_the_transaction_is_not_committed() {
    let folder = Folder::new();
    let (inbox, events) = shop(&folder, 4);
    let ignoring = effects(|tx| {
        drop(tx.execute("INSERT OR ROLLBACK INTO orders VALUES (1), (1)", []));
        tx.execute("INSERT INTO orders VALUES (2)", [])?;
        Ok(())
    });
    let all_ignored = effects(|tx| {
        drop(tx.execute("INSERT OR ROLLBACK INTO orders VALUES (1), (1)", []));
        drop(tx.execute("INSERT INTO orders VALUES (2)", []));
        drop(tx.execute_batch("CREATE TABLE more (x); PRAGMA user_version = 9"));
        Ok(())
    });
    let begun_anew = effects(|tx| {
        drop(tx.execute("INSERT OR ROLLBACK INTO orders VALUES (1), (1)", []));
        drop(tx.execute_batch("SAVEPOINT a; INSERT INTO orders VALUES (3); RELEASE a"));
        drop(tx.execute_batch("SAVEPOINT b; INSERT INTO orders VALUES (4)"));
        Ok(())
    });
    let panicking = effects(|tx| {
        drop(tx.execute("INSERT OR ROLLBACK INTO orders VALUES (1), (1)", []));
        drop(tx.execute("INSERT INTO orders VALUES (5)", []));
        panic!("a bug")
    });
    for (event, ending) in events.iter().zip([ignoring, all_ignored, begun_anew, panicking]) {
        let mut ending = ending;
        ending.writes.push(Box::new(|_| panic!("nothing is called after that")));
        let error = wait(inbox.settle_with(event, ending)).unwrap_err();
        let said = error.to_string();
        let is_said = said.contains("ended the transaction") || said.contains("panicked: a bug");
        assert!(is_said || said.contains("nothing is called after that"), "{said}");
        assert!(!is_the_inboxs(&error), "it is to be counted: {said}");
        assert_eq!(count(&inbox, "orders"), 0, "{said}");
    }
    assert_eq!([count(&inbox, "bitcart_event"), count(&inbox, "pragma_user_version")], [4, 1]);
    assert_eq!(count(&inbox, "sqlite_schema WHERE name = 'more'"), 0);
    assert_eq!(count(&inbox, "pragma_user_version WHERE user_version = 9"), 0);
    wait(inbox.settle_with(&events[0], sql("INSERT INTO orders VALUES (1)"))).unwrap();
}

#[test]
fn a_disk_that_is_full_is_not_the_closures_fault_and_nothing_happens_twice() {
    let folder = Folder::new();
    let (inbox, events) = shop(&folder, 5);
    wait(inbox.run_sql("CREATE TABLE blobs (x)")).unwrap();
    limit(&inbox, Some(20));
    let book = |number: i64| {
        effects(move |tx| {
            // Left out if there is no room for it; then all is.
            drop(tx.execute("INSERT INTO blobs VALUES (zeroblob(4000000))", []));
            tx.execute("INSERT INTO orders VALUES (?1)", [number])?;
            Ok(())
        })
    };
    for _ in 0..3 {
        let go = stop(&inbox);
        let all: Vec<_> = events.iter().map(|event| inbox.settle_with(event, book(1))).collect();
        let (tell, told) = std::sync::mpsc::channel();
        inbox.append(batch([event(9)]), Box::new(move |result| tell.send(result).unwrap()));
        drop(go);
        for result in all {
            assert!(wait(result).is_err());
        }
        assert!(told.recv().unwrap().is_ok(), "there is room for this");
        assert_eq!(count(&inbox, "orders"), 0);
    }
    // The reason is told, also from behind an error of the program's own.
    let wrapped = effects(|tx| {
        let done = tx.execute("INSERT INTO blobs VALUES (zeroblob(4000000))", []);
        Err(Wrapped(done.unwrap_err()).into())
    });
    let as_text = effects(|tx| {
        let done = tx.execute("INSERT INTO blobs VALUES (zeroblob(4000000))", []);
        Err(format!("cannot book: {}", done.unwrap_err()).into())
    });
    let plain = sql("INSERT INTO blobs VALUES (zeroblob(4000000))");
    let saved = sql("SAVEPOINT mine; INSERT INTO blobs VALUES (zeroblob(4000000)); RELEASE mine");
    for effects in [wrapped, as_text, plain, saved] {
        let error = wait(inbox.settle_with(&events[0], effects)).unwrap_err();
        let said = error.to_string();
        assert!(said.contains("database or disk is full; make room on its disk"), "{said}");
        assert!(is_the_inboxs(&error), "{said}");
    }
    limit(&inbox, None);
    for (number, event) in (0..).zip(&events) {
        wait(inbox.settle_with(event, book(number))).unwrap();
    }
    assert_eq!([count(&inbox, "orders"), count(&inbox, "blobs"), count(&inbox, "bitcart_event")], [5, 5, 3]);
}

#[test]
fn a_disk_that_is_full_when_it_is_committed_is_the_inboxs_trouble() {
    let folder = Folder::new();
    let (inbox, events) = shop(&folder, 1);
    wait(inbox.run_sql("PRAGMA query_only = ON")).unwrap();
    let error = wait(inbox.settle_with(&events[0], sql("SELECT 1"))).unwrap_err();
    assert!(is_the_inboxs(&error) && error.to_string().contains("readonly"), "{error}");
    wait(inbox.run_sql("PRAGMA query_only = OFF")).unwrap();
    // A closure's own error is not, whatever it is.
    let own: Effects = effects(|_| Err(crate::Error::inbox("of another inbox").into()));
    let error = wait(inbox.settle_with(&events[0], own)).unwrap_err();
    assert!(!is_the_inboxs(&error) && error.to_string() == "of another inbox", "{error}");
}

#[test]
fn who_breaks_a_promise_is_found_and_the_others_are_not_blamed() {
    let folder = Folder::new();
    let (inbox, events) = shop(&folder, 4);
    let bad = || sql("INSERT INTO lines VALUES (404)");
    let good = |number: i64| {
        effects(move |tx| Ok(tx.execute("INSERT INTO orders VALUES (?1)", [number]).map(drop)?))
    };
    let mut left = vec![0, 1, 2, 3];
    for (round, is_over) in [(1, false), (2, true)] {
        let (go, before) = (stop(&inbox), inbox.commits());
        let effects = |number: usize| if number == 2 { bad() } else { good(number as i64) };
        let all: Vec<_> = left
            .iter()
            .map(|&number| (number, inbox.settle_with(&events[number], effects(number))))
            .collect();
        drop(go);
        for (number, result) in all {
            match wait(result) {
                Ok(()) => assert!(is_over && number != 2, "{round}: {number}"),
                Err(error) if number == 2 && is_over => {
                    assert!(!is_the_inboxs(&error) && error.to_string().contains("foreign key"), "{error}");
                }
                Err(error) => {
                    assert!(is_the_inboxs(&error) && !is_over, "{number}: {error}");
                    assert!(error.to_string().contains("each is to be tried again"), "{number}: {error}");
                }
            }
        }
        if is_over {
            assert_eq!(inbox.commits(), before + 3, "each by itself");
            left = vec![2];
        }
    }
    assert_eq!(left, [2]);
    assert_eq!([count(&inbox, "orders"), count(&inbox, "lines"), count(&inbox, "bitcart_event")], [3, 0, 1]);
    // One that is known does not spoil what comes with it any more.
    let new = append(&inbox, batch([event(7)])).unwrap()[0].unwrap();
    let new = crate::inbox::Claimed::appended(new, event(7));
    let go = stop(&inbox);
    let before = inbox.settle_with(&new, good(7));
    let again = inbox.settle_with(&events[2], bad());
    drop(go);
    wait(before).unwrap();
    assert!(!is_the_inboxs(&wait(again).unwrap_err()));
}

/// As the dispatcher does with what could not be stored, where the order is not strict.
#[test]
fn those_that_were_postponed_are_tried_by_themselves_too() {
    let folder = Folder::new();
    let (inbox, mut events) = shop(&folder, 3);
    let mut together = || {
        let go = stop(&inbox);
        let one = |(number, event)| {
            let line = if number == 1 {
                "INSERT INTO lines VALUES (404)"
            } else {
                "INSERT INTO orders DEFAULT VALUES"
            };
            inbox.settle_with(event, sql(line))
        };
        let all: Vec<_> = events.iter().enumerate().map(one).collect();
        drop(go);
        let ended: Vec<bool> = all.into_iter().map(|done| wait(done).is_ok()).collect();
        let due = std::time::SystemTime::now() - std::time::Duration::from_secs(1);
        events.iter().for_each(|event| inbox.settle(event, Verdict::Postponed { due }));
        events = wait(inbox.claim(9, false)).unwrap().events;
        ended
    };
    assert_eq!(together(), [false; 3], "nobody knows whose fault it was");
    assert_eq!(together(), [true, false, true]);
}
