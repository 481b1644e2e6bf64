use std::time::{Duration, SystemTime};

use super::{Folder, SqliteInbox, wait, with};
use crate::inbox::promises::{accept, dead, event, retry};
use crate::inbox::{Claimed, DeadLetters, Inbox, Verdict};

const MINUTE: Duration = Duration::from_secs(60);

/// The clock goes back by a day, as the file sees it.
fn set_back(inbox: &SqliteInbox) {
    const DAY: i64 = 24 * 60 * 60 * 1_000;
    with(inbox, |store| {
        store.conn.execute("UPDATE bitcart_event SET due = due + ?1", [DAY])?;
        store.conn.execute("UPDATE bitcart_meta SET value = value + ?1 WHERE key = 'clock'", [DAY])
    });
}

fn ids(events: &[Claimed]) -> Vec<u64> {
    events.iter().map(|event| event.id.0).collect()
}

#[test]
fn one_that_is_set_back_keeps_nothing_waiting() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let events = accept(&inbox, (1..=4).map(event).collect());
    let now = SystemTime::now();
    inbox.settle(&events[0], retry(now - MINUTE, false));
    inbox.settle(&events[1], retry(now + MINUTE, false));
    inbox.settle(&events[2], dead("out of stock"));
    assert_eq!(wait(inbox.replay(DeadLetters::all())).unwrap(), 1);
    set_back(&inbox);
    let claims = wait(inbox.claim(9, false)).unwrap();
    assert_eq!(ids(&claims.events), [1, 3]);
    let left = claims.next_due.unwrap().duration_since(SystemTime::now()).unwrap_or_default();
    assert!(left <= MINUTE, "{left:?}");
    claims.events.iter().for_each(|event| inbox.settle(event, Verdict::Handled));

    // A process that starts after it was set back. Where what failed holds its lane back it is claimed, with its wait.
    inbox.settle(&events[3], retry(now + MINUTE, true));
    assert_eq!(wait(inbox.stats()).unwrap().pending, 2);
    set_back(&inbox);
    drop(inbox);
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let claims = wait(inbox.claim(9, true)).unwrap();
    assert_eq!(ids(&claims.events), [2, 4]);
    assert!(claims.events.iter().all(|event| event.due.unwrap() < SystemTime::now() + 2 * MINUTE));
}

#[test]
fn a_replayed_dead_letter_does_not_wait_for_it_either() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let events = accept(&inbox, vec![event(1)]);
    inbox.settle(&events[0], dead("out of stock"));
    assert_eq!(wait(inbox.replay(DeadLetters::all())).unwrap(), 1);
    set_back(&inbox);
    assert_eq!(ids(&wait(inbox.claim(9, false)).unwrap().events), [1]);
}

/// Before the next claim would have noticed it.
#[test]
fn what_fails_right_after_it_was_set_back_hides_nothing() {
    for verdict in [|due| retry(due, false), |due| Verdict::Postponed { due }] {
        let folder = Folder::new();
        let inbox = SqliteInbox::open(folder.file()).unwrap();
        let events = accept(&inbox, (1..=2).map(event).collect());
        let now = SystemTime::now();
        inbox.settle(&events[0], verdict(now - MINUTE));
        set_back(&inbox);
        inbox.settle(&events[1], verdict(now - MINUTE));
        assert_eq!(ids(&wait(inbox.claim(9, false)).unwrap().events), [1, 2]);
    }
}
