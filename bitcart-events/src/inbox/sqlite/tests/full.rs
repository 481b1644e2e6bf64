use super::{Folder, SqliteInbox, kill, stop, wait, with};
use crate::ErrorKind;
use crate::inbox::promises::{accept, append, batch, event};
use crate::inbox::{Batch, Inbox, NewEvent, Verdict};

/// The disk has so many pages more than the file has now.
pub(super) fn limit(inbox: &SqliteInbox, more: Option<i64>) {
    with(inbox, move |store| {
        let pages: i64 = store.conn.query_row("PRAGMA page_count", [], |row| row.get(0))?;
        let most = more.map_or(i64::from(u32::MAX - 1), |more| pages + more);
        store.conn.query_row(&format!("PRAGMA max_page_count = {most}"), [], |_| Ok(()))
    });
}

fn long(number: u32) -> NewEvent {
    let text = format!(r#"{{"event": "new_block", "height": {number}, "long": "{}"}}"#, "x".repeat(3_000));
    NewEvent { text: std::sync::Arc::<str>::from(text).into(), ..event(number) }
}

fn count(inbox: &SqliteInbox) -> u64 {
    wait(inbox.stats()).unwrap().pending
}

#[test]
fn a_full_disk_refuses_what_comes_and_loses_nothing() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let mut events = accept(&inbox, (0..50).map(long).collect());
    limit(&inbox, Some(20));
    let error = loop {
        match append(&inbox, batch([long(50), long(51)])) {
            Ok(_) => events.extend([events[0].clone(), events[0].clone()]),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::Inbox);
    let said = error.to_string();
    assert!(said.contains("database or disk is full; make room on its disk"), "{said}");
    let accepted = events.len() as u64;
    assert_eq!(count(&inbox), accepted);

    // What is settled in the very commit that fails is settled all the same, and makes room.
    let go = stop(&inbox);
    let (tell, told) = std::sync::mpsc::channel();
    events.iter().take(40).for_each(|event| inbox.settle(event, Verdict::Handled));
    let much = batch((0..100).map(long));
    inbox.append(much, Box::new(move |result| tell.send(result).unwrap()));
    let claims = inbox.claim(10, false);
    drop(go);
    assert!(told.recv().unwrap().is_err());
    assert!(wait(claims).unwrap().events.is_empty(), "and can be claimed from");
    assert_eq!(count(&inbox), accepted - 40);
    assert!(append(&inbox, batch([long(1)])).is_ok());

    limit(&inbox, None);
    assert!(append(&inbox, batch((0..100).map(long))).is_ok());
    let inbox = SqliteInbox::open(kill(inbox, "second.db")).unwrap();
    assert_eq!(wait(inbox.claim(1_000, false)).unwrap().events.len() as u64, accepted - 40 + 101);
}

#[test]
fn what_is_settled_while_nothing_can_be_written_is_settled_later() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let events = accept(&inbox, (0..10).map(event).collect());
    append(&inbox, Batch { claim: false, ..batch([event(10)]) }).unwrap();
    let query_only = |on: bool| {
        with(&inbox, move |store| store.conn.execute_batch(&format!("PRAGMA query_only = {on}")));
    };
    query_only(true);
    events.iter().for_each(|event| inbox.settle(event, Verdict::Handled));
    let error = append(&inbox, batch([event(1)])).unwrap_err().to_string();
    assert!(
        error.contains("cannot be written: attempt to write a readonly database; let this user"),
        "{error}"
    );
    assert!(wait(inbox.claim(1, false)).is_err_and(|error| error.kind() == ErrorKind::Inbox));
    assert!(wait(inbox.settle_with(&events[0], crate::inbox::Effects::default())).is_err());
    assert_eq!(count(&inbox), 11);
    query_only(false);
    assert!(append(&inbox, batch([event(1)])).is_ok());
    assert_eq!(count(&inbox), 2, "with the next that is committed");
    let claims = wait(inbox.claim(9, false)).unwrap();
    assert_eq!(claims.events.len(), 1, "the one that could not be claimed");
    inbox.settle(&claims.events[0], Verdict::Handled);

    // And by itself, if nothing comes.
    let left = accept(&inbox, vec![event(2)]);
    query_only(true);
    left.iter().for_each(|event| inbox.settle(event, Verdict::Handled));
    assert!(append(&inbox, batch([event(1)])).is_err());
    query_only(false);
    while count(&inbox) > 1 {
        std::thread::yield_now();
    }

    // What cannot be settled until the end is handled again.
    let left = accept(&inbox, vec![event(3)]);
    query_only(true);
    left.iter().for_each(|event| inbox.settle(event, Verdict::Handled));
    assert!(wait(inbox.close()).is_err());
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    assert_eq!(wait(inbox.claim(9, false)).unwrap().events.len(), 2);
}

#[test]
fn one_who_locks_the_file_is_named_as_the_cause() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    with(&inbox, |store| store.conn.busy_timeout(std::time::Duration::ZERO));
    let other = rusqlite::Connection::open(folder.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = append(&inbox, batch([event(1)])).unwrap_err().to_string();
    assert!(error.contains("database is locked; another program writes to the file for too long"), "{error}");
    other.execute_batch("COMMIT").unwrap();
    assert!(append(&inbox, batch([event(1)])).is_ok());
}
