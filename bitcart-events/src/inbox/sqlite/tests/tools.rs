use super::{Folder, SqliteInbox};
use crate::inbox::promises::{accept, append, batch, dead, event};
use crate::inbox::{DeadLetters, Effects, Inbox, Origin, Verdict};

#[tokio::test]
async fn a_tool_sees_and_replays_what_a_consumer_has() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let events = accept(&inbox, (0..3).map(event).collect());
    assert!(inbox.claim(9, false).await.unwrap().events.is_empty());
    inbox.settle(&events[0], dead("out of stock"));
    inbox.settle(&events[1], dead("no such order"));
    assert_eq!(inbox.stats().await.unwrap().dead, 2);

    let tool = SqliteInbox::attach(folder.file()).unwrap();
    assert_eq!(tool.key(), inbox.key());
    let stats = tool.stats().await.unwrap();
    assert_eq!((stats.pending, stats.dead), (1, 2));
    assert_eq!(tool.dead_letters(DeadLetters::all(), 9).await.unwrap().len(), 2);
    assert_eq!(tool.replay(DeadLetters::all().error("stock")).await.unwrap(), 1);
    assert_eq!(tool.discard(DeadLetters::all()).await.unwrap(), 1);
    assert!(tool.received().await.unwrap().is_empty());
    assert!(tool.recall("").await.unwrap().is_empty());

    let claims = inbox.claim(9, false).await.unwrap();
    let replayed: Vec<_> =
        claims.events.iter().map(|event| (event.id, event.event.origin, event.attempt)).collect();
    assert_eq!(replayed, [(events[0].id, Origin::Replayed, 2)]);

    // It is no consumer.
    for error in [
        append(&tool, batch([event(1)])).unwrap_err().to_string(),
        tool.claim(1, false).await.unwrap_err().to_string(),
        tool.settle_with(&events[2], Effects::default()).await.unwrap_err().to_string(),
    ] {
        assert!(error.contains("is attached"), "{error}");
    }
    tool.settle(&events[2], Verdict::Handled);
    tool.close().await.unwrap();
    assert_eq!(inbox.stats().await.unwrap().pending, 2);
    assert!(accept(&inbox, vec![event(4)])[0].id > events[2].id);
}

#[tokio::test]
async fn a_tool_needs_no_consumer() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    let events = accept(&inbox, vec![event(1)]);
    inbox.settle(&events[0], dead("no"));
    drop(inbox);
    let tool = SqliteInbox::attach(folder.file()).unwrap();
    assert_eq!(tool.replay(DeadLetters::one(events[0].id)).await.unwrap(), 1);
    let inbox = SqliteInbox::open(folder.file()).unwrap();
    assert_eq!(inbox.claim(9, true).await.unwrap().events.len(), 1);
}
