use std::time::{Duration, SystemTime};

use super::{Folder, SqliteInbox, kill, with};
use crate::Currency;
use crate::inbox::promises::{accept, append, batch, event, retry};
use crate::inbox::{Batch, Claimed, Claims, Inbox, Received, ReceivedId, Remember, Verdict};

fn shape(claims: &Claims) -> Vec<(u64, u32, u32)> {
    claims.events.iter().map(|Claimed { id, attempt, failures, .. }| (id.0, *attempt, *failures)).collect()
}

#[tokio::test]
async fn what_a_process_had_claimed_is_another_attempt_for_the_next() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let key = inbox.key();
    let events = accept(&inbox, vec![event(1), event(2), event(3)]);
    append(&inbox, Batch { claim: false, ..batch([event(4), event(5)]) }).unwrap();
    inbox.settle(&events[1], Verdict::Handled);
    inbox.settle(&events[2], Verdict::Released);
    assert_eq!(shape(&inbox.claim(2, false).await.unwrap()), [(3, 1, 0), (4, 1, 0)]);
    let file = kill(inbox, "second.db");

    let inbox = SqliteInbox::open(&file).unwrap();
    assert_eq!(inbox.key(), key);
    assert_eq!(shape(&inbox.claim(3, false).await.unwrap()), [(1, 2, 0), (3, 2, 0), (4, 2, 0)]);
    assert_eq!(shape(&inbox.claim(3, false).await.unwrap()), [(5, 1, 0)]);
    drop(inbox);

    let inbox = SqliteInbox::open(&file).unwrap();
    let all = [(1, 3, 0), (3, 3, 0), (4, 3, 0), (5, 2, 0)];
    assert_eq!(shape(&inbox.claim(9, false).await.unwrap()), all);
    // No id comes again, though the ones after it are not known.
    let next = accept(&inbox, vec![event(6)]);
    assert!(next[0].id.0 > 5, "{next:?}");
}

#[tokio::test]
async fn no_id_is_given_again_after_a_kill() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let many = accept(&inbox, (0..10_000).map(event).collect());
    many.iter().for_each(|event| inbox.settle(event, Verdict::Handled));
    assert_eq!(inbox.stats().await.unwrap().pending, 0);
    let inbox = SqliteInbox::open(kill(inbox, "second.db")).unwrap();
    assert!(accept(&inbox, vec![event(1)])[0].id > many[9_999].id);
}

#[tokio::test]
async fn nor_after_a_commit_that_failed() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    accept(&inbox, (0..4_090).map(event).collect());
    // The next ten need ids that are written down in the same commit.
    let fails = "CREATE TRIGGER fails AFTER INSERT ON bitcart_memory BEGIN SELECT RAISE(ABORT, 'so'); END";
    with(&inbox, |store| store.conn.execute_batch(fails));
    let remember = vec![Remember::Put("x".to_owned(), Vec::new())];
    assert!(append(&inbox, Batch { remember, ..batch((0..10).map(event)) }).is_err());
    let more = accept(&inbox, (0..100).map(event).collect());
    more.iter().for_each(|event| inbox.settle(event, Verdict::Handled));
    assert_eq!(inbox.stats().await.unwrap().pending, 4_090);
    let inbox = SqliteInbox::open(kill(inbox, "second.db")).unwrap();
    assert!(accept(&inbox, vec![event(1)])[0].id > more[99].id);
}

#[tokio::test]
async fn what_could_not_be_claimed_is_claimed_later() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    append(&inbox, Batch { claim: false, ..batch([event(1), event(2)]) }).unwrap();
    let fails = "CREATE TRIGGER fails BEFORE UPDATE ON bitcart_event BEGIN SELECT RAISE(ABORT, 'so'); END";
    with(&inbox, |store| store.conn.execute_batch(fails));
    let error = inbox.claim(9, false).await.unwrap_err().to_string();
    assert!(error.contains("cannot be written: so"), "{error}");
    with(&inbox, |store| store.conn.execute_batch("DROP TRIGGER fails"));
    assert_eq!(shape(&inbox.claim(9, false).await.unwrap()), [(1, 1, 0), (2, 1, 0)]);
}

#[tokio::test]
async fn what_is_held_is_handed_out_in_its_place() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let future = SystemTime::now() + Duration::from_secs(60);
    let events = accept(&inbox, (1..5).map(event).collect());
    inbox.settle(&events[0], retry(future, true));
    let held = Claimed { attempt: 2, failures: 1, ..events[0].clone() };
    inbox.settle(&held, retry(future, true));
    inbox.settle(&events[2], retry(future, false));
    // Held by this one already; only the other is waited for.
    let claims = inbox.claim(9, false).await.unwrap();
    assert!(claims.events.is_empty());
    assert!(claims.next_due.is_some_and(|due| due <= future));
    let stats = inbox.stats().await.unwrap();
    assert_eq!((stats.pending, stats.retrying), (4, 2));
    let file = kill(inbox, "second.db");

    let inbox = SqliteInbox::open(&file).unwrap();
    let claims = inbox.claim(9, true).await.unwrap();
    assert_eq!(shape(&claims), [(1, 3, 2), (2, 2, 0), (3, 2, 1), (4, 2, 0)]);
    let due = claims.events.iter().map(|event| event.due.is_some()).collect::<Vec<_>>();
    assert_eq!(due, [true, false, true, false]);
    assert_eq!(claims.next_due, None);
    let file = kill(inbox, "third.db");

    // One whose order does not matter to it waits for the time.
    let inbox = SqliteInbox::open(&file).unwrap();
    let claims = inbox.claim(9, false).await.unwrap();
    assert_eq!(shape(&claims), [(2, 3, 0), (4, 3, 0)]);
    assert!(claims.next_due.is_some());
    let claims = inbox.claim(9, true).await.unwrap();
    assert_eq!(shape(&claims), [(1, 4, 2), (3, 3, 1)], "those before the cursor, too");
}

#[tokio::test]
async fn texts_and_what_is_remembered_are_there_again() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let text = |text: &str| Received::new(Currency::Ltc, std::sync::Arc::<str>::from(text));
    let received =
        vec![(ReceivedId(1), text("[1]")), (ReceivedId(2), text("[2]")), (ReceivedId(7), text("[7]"))];
    append(&inbox, Batch { received, ..Batch::default() }).unwrap();
    let remember = vec![Remember::Put("b/x".to_owned(), vec![0, 255])];
    let made = Batch { taken: vec![ReceivedId(2), ReceivedId(9)], remember, ..batch([event(2)]) };
    append(&inbox, made).unwrap();
    let inbox = SqliteInbox::open(kill(inbox, "second.db")).unwrap();
    let left = inbox.received().await.unwrap();
    let left: Vec<_> = left.iter().map(|(id, received)| (id.0, received.currency, &*received.text)).collect();
    assert_eq!(left, [(1, Currency::Ltc, "[1]"), (7, Currency::Ltc, "[7]")]);
    assert_eq!(inbox.recall("b").await.unwrap(), [("b/x".to_owned(), vec![0, 255])]);
    assert_eq!(inbox.stats().await.unwrap().received, 2);
}

#[tokio::test]
async fn who_has_lost_an_event_changes_nothing() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let events = accept(&inbox, vec![event(1)]);
    inbox.settle(&events[0], retry(SystemTime::now() + Duration::from_secs(60), false));
    for verdict in [
        Verdict::Handled,
        Verdict::Released,
        retry(SystemTime::now(), true),
        Verdict::Dead { error: String::new() },
    ] {
        inbox.settle(&events[0], verdict);
        let stats = inbox.stats().await.unwrap();
        assert_eq!((stats.pending, stats.dead), (1, 0));
    }
    assert!(inbox.claim(9, false).await.unwrap().events.is_empty());
}
