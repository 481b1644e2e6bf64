use std::time::Duration;

use super::super::promises::{accept, append, batch, event, retry};
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
    inbox.held().due.clock = Some(ahead);
    let claims = inbox.claim(10, false).await.unwrap();
    assert_eq!(claims.events.iter().map(|event| event.id).collect::<Vec<_>>(), [events[0].id]);
    let wait = claims.next_due.unwrap().duration_since(SystemTime::now()).unwrap_or_default();
    assert!(wait <= MINUTE, "{wait:?}");
    assert!(inbox.claim(10, false).await.unwrap().next_due.unwrap() + MINUTE > SystemTime::now(), "once");
}

/// By either way an event is a number, and a fact is delivered once.
#[tokio::test]
async fn the_shorter_way_leads_to_the_same() {
    let inbox = MemoryInbox::new();
    let pending = async || inbox.stats().await.unwrap().pending;
    let height = |height| Some(Fact::Height { of: "BTC".to_owned(), height });
    let facts = [height(1), None, height(1)];
    assert_eq!(
        inbox.begin(&mut facts.iter().map(Option::as_ref)),
        Begun { first: EventId(1), repeated: vec![2] }
    );
    assert_eq!(append(&inbox, batch([NewEvent { fact: height(1), ..event(1) }])).unwrap(), [None]);
    let events = accept(&inbox, vec![event(3)]);
    assert_eq!((events[0].id, pending().await), (EventId(3), 3));
    inbox.settle(&events[0], Verdict::Handled);
    inbox.end(2);
    assert_eq!(pending().await, 0);
}

#[tokio::test]
async fn what_fails_right_after_it_was_set_back_hides_nothing() {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let inbox = MemoryInbox::new();
    let events = accept(&inbox, vec![event(1), event(2)]);
    let ahead = SystemTime::now() + DAY;
    inbox.settle(&events[0], retry(ahead, false));
    inbox.held().due.clock = Some(ahead);
    // It is right again, and before anything is claimed something else fails.
    inbox.settle(&events[1], retry(SystemTime::now(), false));
    let claimed = inbox.claim(10, false).await.unwrap().events;
    assert_eq!(claimed.len(), 2);
}
