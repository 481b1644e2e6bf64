use super::super::promises::{accept, event, retry};
use super::*;

/// A retry is due in a minute by a clock that is a day ahead, and is then set right.
#[tokio::test]
async fn a_clock_that_is_set_back_keeps_nothing_waiting() {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    const MINUTE: Duration = Duration::from_secs(60);
    let inbox = MemoryInbox::new();
    let events = accept(&inbox, vec![event(1), event(2)]);
    let ahead = SystemTime::now() + DAY;
    inbox.settle(&events[0], retry(ahead - MINUTE, false));
    inbox.settle(&events[1], retry(ahead + MINUTE, false));
    inbox.held().clock = Some(ahead);
    let claims = inbox.claim(10, false).await.unwrap();
    assert_eq!(claims.events.iter().map(|event| event.id).collect::<Vec<_>>(), [events[0].id]);
    let wait = claims.next_due.unwrap().duration_since(SystemTime::now()).unwrap_or_default();
    assert!(wait <= MINUTE, "{wait:?}");
    assert!(inbox.claim(10, false).await.unwrap().next_due.unwrap() + MINUTE > SystemTime::now(), "once");
}
