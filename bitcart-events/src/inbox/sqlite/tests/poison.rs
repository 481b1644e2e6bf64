use std::time::{Duration, SystemTime};

use super::super::claim::ENDS;
use super::{Folder, SqliteInbox, with};
use crate::inbox::promises::{accept, append, batch, event, retry};
use crate::inbox::{Claimed, DeadLetters, Inbox, Verdict};

/// So many processes start, are handed out what is there, and end.
async fn starts(folder: &Folder, times: u32, held: bool) -> Vec<Claimed> {
    let mut events = Vec::new();
    for _ in 0..times {
        let inbox = SqliteInbox::open(folder.file()).unwrap();
        events = inbox.claim(9, held).await.unwrap().events;
    }
    events
}

fn ids(events: &[Claimed]) -> Vec<u64> {
    events.iter().map(|event| event.id.0).collect()
}

#[tokio::test]
async fn what_ends_every_process_is_buried_in_the_end_and_what_came_with_it_is_not() {
    let folder = Folder::new();
    let events = accept(&SqliteInbox::open(folder.file()).unwrap(), (0..3).map(event).collect());
    let all = ids(&events);
    let last = starts(&folder, ENDS, false).await;
    assert_eq!((ids(&last), last[0].attempt), (all.clone(), ENDS + 1));

    let inbox = SqliteInbox::open(folder.file()).unwrap();
    append(&inbox, crate::inbox::Batch { claim: false, ..batch([event(9)]) }).unwrap();
    // Its place is another's.
    assert_eq!(ids(&inbox.claim(1, false).await.unwrap().events), all[1..2]);
    let left = inbox.claim(9, false).await.unwrap().events;
    assert_eq!((left.len(), left[0].id, left[0].attempt), (2, events[2].id, ENDS + 2));
    let dead = inbox.dead_letters(DeadLetters::all(), 9).await.unwrap();
    assert_eq!((dead.len(), dead[0].id, dead[0].attempts), (1, events[0].id, ENDS + 1));
    let why = format!("it was begun {} times in processes that ended", ENDS + 1);
    assert!(dead[0].error.starts_with(&why), "{}", dead[0].error);

    // Replayed it has all its chances again.
    for settled in [&events[1], &left[0], &left[1]] {
        inbox.settle(settled, Verdict::Handled);
    }
    assert_eq!(inbox.replay(DeadLetters::all()).await.unwrap(), 1);
    drop(inbox);
    let again = starts(&folder, ENDS + 1, false).await;
    assert_eq!((again.len(), again[0].attempt), (1, 2 * (ENDS + 1)));
    assert!(starts(&folder, 1, false).await.is_empty());
    assert_eq!(SqliteInbox::open(folder.file()).unwrap().stats().await.unwrap().dead, 1);
}

#[tokio::test]
async fn a_verdict_says_that_the_process_went_on() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    accept(&inbox, vec![event(0)]);
    drop(inbox);
    starts(&folder, ENDS - 1, false).await;
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let last = inbox.claim(9, false).await.unwrap().events;
    inbox.settle(&last[0], retry(SystemTime::now(), false));
    drop(inbox);
    let last = starts(&folder, 5, false).await;
    assert_eq!((last[0].attempt, last[0].failures), (ENDS + 6, 1));
    // One that waits in its place is not at work, however often it is handed out.
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let last = inbox.claim(9, false).await.unwrap().events;
    inbox.settle(&last[0], retry(SystemTime::now() + Duration::from_secs(600), true));
    drop(inbox);
    assert_eq!(starts(&folder, 2 * ENDS, true).await.len(), 1);
}

#[test]
fn a_file_from_before_that_is_read() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    append(&inbox, crate::inbox::Batch { claim: false, ..batch([event(0)]) }).unwrap();
    with(&inbox, |store| store.conn.execute_batch("ALTER TABLE bitcart_event DROP COLUMN ended"));
    drop(inbox);
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    assert_eq!(super::wait(inbox.claim(9, false)).unwrap().events.len(), 1);
}
