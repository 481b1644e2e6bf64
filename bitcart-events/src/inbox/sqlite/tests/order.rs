use std::sync::mpsc;

use super::super::queue;
use super::{Folder, SqliteInbox, stop};
use crate::inbox::promises::{accept, append, batch, event};
use crate::inbox::{Batch, EventId, Inbox, NewEvent, Text, Verdict};
use crate::{Currency, ErrorKind};

#[tokio::test]
async fn what_has_queued_up_is_committed_together_and_answered_in_order() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let handled = accept(&inbox, vec![event(0), event(1)]);
    let before = inbox.commits();
    let go = stop(&inbox);
    let (tell, told) = mpsc::channel();
    inbox.settle(&handled[0], Verdict::Handled);
    for number in 0..100 {
        let tell = tell.clone();
        let done = Box::new(move |result| tell.send((number, result)).unwrap());
        inbox.append(batch([event(number)]), done);
    }
    inbox.settle(&handled[1], Verdict::Handled);
    drop((go, tell));
    let told: Vec<_> = told.into_iter().collect();
    assert_eq!(inbox.commits(), before + 1);
    let expected = (0..100).map(|number| (number, Some(EventId(u64::from(number) + 3))));
    let told = told.into_iter().map(|(number, result)| (number, result.unwrap()[0]));
    assert!(told.eq(expected));
    let stats = inbox.stats().await.unwrap();
    assert_eq!((stats.pending, stats.retrying), (100, 0));
}

#[tokio::test]
async fn events_are_claimed_in_order_and_once() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let wait = |numbers: std::ops::Range<u32>| {
        append(&inbox, Batch { claim: false, ..batch(numbers.map(event)) }).unwrap();
    };
    wait(0..3);
    accept(&inbox, vec![event(3)]);
    wait(4..8);
    let mut found = Vec::new();
    for most in [2, 3, 0, 5, 5] {
        let claims = inbox.claim(most, false).await.unwrap();
        assert_eq!(claims.next_due, None);
        assert!(claims.events.iter().all(|event| (event.attempt, event.failures) == (1, 0)));
        found.extend(claims.events);
    }
    let ids: Vec<u64> = found.iter().map(|event| event.id.0).collect();
    assert_eq!(ids, [1, 2, 3, 5, 6, 7, 8], "without the one that who appended it has");

    // What is given back is claimed again, and it was no attempt.
    inbox.settle(&found[4], Verdict::Released);
    inbox.settle(&found[1], Verdict::Released);
    wait(8..9);
    let claims = inbox.claim(2, false).await.unwrap();
    let again: Vec<_> = claims.events.iter().map(|event| (event.id.0, event.attempt)).collect();
    assert_eq!(again, [(2, 1), (6, 1)]);
    let claims = inbox.claim(9, false).await.unwrap();
    assert_eq!(claims.events.iter().map(|event| event.id.0).collect::<Vec<_>>(), [9]);
}

#[tokio::test]
async fn a_settled_event_is_committed_soon_when_nothing_else_comes() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let events = accept(&inbox, vec![event(0)]);
    let before = inbox.commits();
    inbox.settle(&events[0], Verdict::Handled);
    while inbox.commits() == before {
        tokio::task::yield_now().await;
    }
    let other = rusqlite::Connection::open(folder.file()).unwrap();
    let left: i64 = other.query_row("SELECT count(*) FROM bitcart_event", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn too_much_that_waits_is_refused_at_once() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let go = stop(&inbox);
    let (tell, told) = mpsc::channel();
    for number in 0..5_000 {
        let tell = tell.clone();
        inbox.append(batch([event(number)]), Box::new(move |result| tell.send(result).unwrap()));
    }
    drop(tell);
    let refused: Vec<_> = told.try_iter().collect();
    assert_eq!(refused.len(), 5_000 - queue::BATCHES);
    assert!(refused.iter().all(|result| result.as_ref().unwrap_err().kind() == ErrorKind::Refused));
    drop(go);
    assert_eq!(told.iter().filter(Result::is_ok).count(), queue::BATCHES);
    assert!(append(&inbox, batch([event(1)])).is_ok());

    // As much text as that is too much, too.
    let go = stop(&inbox);
    let long: Text = std::sync::Arc::<str>::from("x".repeat(queue::BYTES)).into();
    let (tell, told) = mpsc::channel();
    for text in [long, std::sync::Arc::<str>::from("{}").into()] {
        let tell = tell.clone();
        let event = NewEvent::new(Currency::Btc, text);
        inbox.append(batch([event]), Box::new(move |result| tell.send(result).unwrap()));
    }
    assert_eq!(told.recv().unwrap().unwrap_err().kind(), ErrorKind::Refused);
    drop(go);
    assert!(told.recv().unwrap().is_ok());
}

#[tokio::test]
async fn what_was_queued_is_committed_when_it_is_closed_or_dropped() {
    let folder = Folder::new();
    for is_closed in [true, false] {
        let inbox = SqliteInbox::open(folder.file()).unwrap();
        let go = stop(&inbox);
        let (tell, told) = mpsc::channel();
        inbox.append(batch([event(1)]), Box::new(move |result| tell.send(result).unwrap()));
        if is_closed {
            let closed = inbox.close();
            drop(go);
            closed.await.unwrap();
            assert!(inbox.close().await.is_ok(), "it is already");
            assert!(inbox.stats().await.unwrap_err().to_string().contains("is closed"));
            assert!(inbox.claim(1, false).await.is_err());
            let error = append(&inbox, batch([event(1)])).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Inbox);
        } else {
            drop(go);
            drop(inbox);
        }
        assert!(told.recv().unwrap().is_ok());
    }
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let claims = inbox.claim(9, false).await.unwrap();
    assert_eq!(claims.events.iter().map(|event| event.id.0).collect::<Vec<_>>(), [1, 2], "no id is left out");
}

#[test]
fn one_who_panics_when_told_stops_nobody() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    inbox.append(batch([event(1)]), Box::new(|_| panic!("a bug")));
    assert!(append(&inbox, batch([event(2)])).is_ok());
    // The last one may be dropped by what the writer calls.
    let (tell, told) = mpsc::channel();
    let other = inbox.clone();
    inbox.append(
        batch([event(1)]),
        Box::new(move |_| {
            drop(other);
            tell.send(()).unwrap();
        }),
    );
    drop(inbox);
    told.recv().unwrap();
}
