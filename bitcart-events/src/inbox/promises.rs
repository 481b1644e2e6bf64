//! What the trait promises, of every inbox of this crate.

use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use super::{
    Batch, Claimed, DeadLetters, EventId, Fact, Inbox, Life, Mark, MemoryInbox, NewEvent, Origin, Remember,
    Verdict,
};
use crate::wallet::WalletId;
use crate::{Currency, Result};

pub(super) fn event(number: u32) -> NewEvent {
    NewEvent::new(
        Currency::Btc,
        std::sync::Arc::from(format!(r#"{{"event": "new_block", "height": {number}}}"#)),
    )
}

/// Claimed by who appends it, as deliveries do.
pub(super) fn batch(events: impl IntoIterator<Item = NewEvent>) -> Batch {
    Batch { events: events.into_iter().collect(), claim: true, ..Batch::default() }
}

pub(super) fn append(inbox: &dyn Inbox, batch: Batch) -> Result<Vec<Option<EventId>>> {
    let (tell, told) = mpsc::channel();
    inbox.append(batch, Box::new(move |result| tell.send(result).unwrap()));
    told.recv().unwrap()
}

/// Appends some, and is their first attempt.
pub(super) fn accept(inbox: &dyn Inbox, events: Vec<NewEvent>) -> Vec<Claimed> {
    let ids = append(inbox, batch(events.clone())).unwrap();
    let accepted = SystemTime::now();
    let claimed = |id| move |event| Claimed { id, event, attempt: 1, failures: 0, due: None, accepted };
    ids.into_iter().zip(events).filter_map(|(id, event)| Some(claimed(id?)(event))).collect()
}

pub(super) fn retry(due: SystemTime, held: bool) -> Verdict {
    Verdict::Retry { due, held, error: "connection refused".to_owned() }
}

pub(super) fn dead(error: &str) -> Verdict {
    Verdict::Dead { error: error.to_owned() }
}

const PAST: Duration = Duration::from_secs(60);

async fn ids_grow_and_facts_count(inbox: &dyn Inbox) {
    let height = |height| NewEvent {
        fact: Some(Fact::Height { of: "BTC".to_owned(), height }),
        ..event(height as u32)
    };
    let (one, another) = (Life::new(), Life::new());
    let transfer = |life| NewEvent { fact: Some(Fact::Transfer { mark: Mark([7; 16]), life }), ..event(0) };
    let new = |events: Vec<NewEvent>| {
        let ids = append(inbox, batch(events)).unwrap();
        let known: Vec<EventId> = ids.iter().copied().flatten().collect();
        assert!(known.is_sorted_by(|first, second| first < second), "{ids:?}");
        ids.iter().map(Option::is_some).collect::<Vec<_>>()
    };
    assert_eq!(
        new(vec![height(5), height(6), height(5), event(1), height(7)]),
        [true, true, false, true, true]
    );
    assert_eq!(new(vec![height(6), height(9)]), [false, true]);
    assert_eq!(new(vec![transfer(one), transfer(one)]), [true, true], "two equal ones in one life");
    assert_eq!(new(vec![transfer(another), transfer(another)]), [false, false], "sent again");
    assert_eq!(new(vec![transfer(another)]), [true], "and one more");
    assert_eq!(inbox.stats().await.unwrap().pending, 4 + 1 + 2 + 1);
}

/// From whoever may pass events: no chain is as high, and a file knows no such number.
async fn heights_beyond_all_are_one(inbox: &dyn Inbox) {
    const HIGHEST: u64 = i64::MAX.cast_unsigned();
    let new = |heights: &[u64]| {
        let of = "BTC".to_owned();
        let fact = |height| Some(Fact::Height { of: of.clone(), height });
        let events = heights.iter().map(|height| NewEvent { fact: fact(*height), ..event(0) });
        let ids = append(inbox, batch(events)).unwrap();
        ids.iter().map(Option::is_some).collect::<Vec<_>>()
    };
    assert_eq!(new(&[HIGHEST - 1, HIGHEST, HIGHEST + 1, u64::MAX]), [true, true, false, false]);
    assert_eq!(new(&[u64::MAX, HIGHEST + 1, HIGHEST, 7]), [false, false, false, true]);
}

async fn a_failed_event_comes_again(inbox: &dyn Inbox) {
    let (past, future) = (SystemTime::now() - PAST, SystemTime::now() + PAST);
    let events = accept(inbox, vec![event(1), event(2), event(3)]);
    inbox.settle(&events[0], retry(past, false));
    inbox.settle(&events[1], Verdict::Handled);
    inbox.settle(&events[2], retry(future, false));
    let claims = inbox.claim(10, false).await.unwrap();
    let again = &claims.events[0];
    assert_eq!((claims.events.len(), again.id, again.attempt, again.failures), (1, events[0].id, 2, 1));
    assert_eq!(&*again.event.text, &*events[0].event.text);
    let due = claims.next_due.unwrap();
    assert!(due <= future && due + Duration::from_millis(1) >= future, "{due:?} {future:?}");
    assert!(inbox.claim(10, false).await.unwrap().events.is_empty(), "it is claimed");

    inbox.settle(again, retry(past, false));
    let again = inbox.claim(10, false).await.unwrap().events.remove(0);
    assert_eq!((again.attempt, again.failures), (3, 2));
    inbox.settle(&again, Verdict::Handled);
    let stats = inbox.stats().await.unwrap();
    assert_eq!((stats.pending, stats.retrying, stats.dead), (1, 1, 0));
}

/// Also where the order is strict: there is no failure that would hold anything back.
async fn a_postponed_event_waits_for_its_time(inbox: &dyn Inbox) {
    let (past, future) = (SystemTime::now() - PAST, SystemTime::now() + PAST);
    inbox.settle(&accept(inbox, vec![event(1)])[0], retry(past, false));
    let failed = inbox.claim(10, true).await.unwrap().events.remove(0);
    inbox.settle(&failed, Verdict::Postponed { due: future });
    let claims = inbox.claim(10, true).await.unwrap();
    assert!(claims.events.is_empty() && claims.next_due.is_some(), "{claims:?}");
}

async fn at_most_so_many(inbox: &dyn Inbox) {
    let past = SystemTime::now() - PAST;
    let events = accept(inbox, (0..10).map(event).collect());
    events.iter().for_each(|event| inbox.settle(event, retry(past, false)));
    let mut found = Vec::new();
    for most in [0, 3, 3, 10] {
        let claims = inbox.claim(most, false).await.unwrap();
        assert!(claims.events.len() <= most);
        assert_eq!(claims.next_due.is_some(), found.len() + claims.events.len() < 10);
        found.extend(claims.events.iter().map(|event| event.id));
    }
    assert_eq!(found, events.iter().map(|event| event.id).collect::<Vec<_>>(), "in the order of acceptance");
}

async fn dead_letters(inbox: &dyn Inbox) {
    let wallet = Some(WalletId([3; 16]));
    let ltc = NewEvent { currency: Currency::Ltc, wallet, origin: Origin::Drained, ..event(2) };
    let unread = NewEvent { dead: Some("no field `tx`".to_owned()), ..event(3) };
    let events = accept(inbox, vec![event(1), ltc, unread]);
    inbox.settle(&events[0], dead("out of stock"));
    inbox.settle(&events[1], dead("connection refused: port 80"));
    let letters = inbox.dead_letters(DeadLetters::all(), 10).await.unwrap();
    let mut known: Vec<_> =
        letters.iter().map(|letter| (letter.id, &*letter.error, letter.attempts)).collect();
    known.sort();
    let expected = [
        (events[0].id, "out of stock", 1),
        (events[1].id, "connection refused: port 80", 1),
        (events[2].id, "no field `tx`", 0),
    ];
    assert_eq!(known, expected);
    assert_eq!(inbox.dead_letters(DeadLetters::all(), 2).await.unwrap().len(), 2);
    let only = |which| async move {
        let letters = inbox.dead_letters(which, 10).await.unwrap();
        letters.iter().map(|letter| letter.id).collect::<Vec<_>>()
    };
    assert_eq!(only(DeadLetters::one(events[0].id)).await, [events[0].id]);
    assert_eq!(only(DeadLetters::all().currency(Currency::Ltc)).await, [events[1].id]);
    assert_eq!(only(DeadLetters::all().wallet(WalletId([3; 16]))).await, [events[1].id]);
    assert_eq!(only(DeadLetters::all().error("refused")).await, [events[1].id]);
    assert_eq!(only(DeadLetters::all().event("new_block")).await.len(), 3);
    assert_eq!(only(DeadLetters::all().event("new_payment")).await, []);
    assert_eq!(only(DeadLetters::all().since(SystemTime::now() + PAST)).await, []);
    assert_eq!(only(DeadLetters::all().since(SystemTime::now() - PAST)).await.len(), 3);
    assert_eq!(inbox.stats().await.unwrap().dead, 3);

    assert_eq!(inbox.replay(DeadLetters::all().currency(Currency::Ltc)).await.unwrap(), 1);
    let claims = inbox.claim(10, false).await.unwrap();
    let again = &claims.events[0];
    assert_eq!((again.id, again.attempt, again.failures), (events[1].id, 2, 0));
    assert_eq!((again.event.origin, again.event.wallet), (Origin::Replayed, wallet));
    inbox.settle(again, Verdict::Handled);
    assert_eq!(inbox.discard(DeadLetters::all().error("stock")).await.unwrap(), 1);
    assert_eq!(only(DeadLetters::all()).await, [events[2].id]);
    let stats = inbox.stats().await.unwrap();
    assert_eq!((stats.pending, stats.dead), (0, 1));
}

async fn what_is_remembered(inbox: &dyn Inbox) {
    let put = |key: &str, value: &str| Remember::Put(key.to_owned(), value.into());
    let remember = [
        put("b/2", "two"),
        put("b/1", "one"),
        put("c", "see"),
        put("b", "before"),
        Remember::Forget("c".to_owned()),
        put("b/1", "first"),
    ];
    append(inbox, Batch { remember: remember.into(), ..Batch::default() }).unwrap();
    let known = inbox.recall("b/").await.unwrap();
    assert_eq!(known, [("b/1".to_owned(), b"first".to_vec()), ("b/2".to_owned(), b"two".to_vec())]);
    assert_eq!(inbox.recall("").await.unwrap().len(), 3);
    append(inbox, Batch { remember: vec![Remember::Forget("b/".to_owned())], ..Batch::default() }).unwrap();
    assert_eq!(inbox.recall("").await.unwrap(), [("b".to_owned(), b"before".to_vec())]);
    append(inbox, Batch { remember: vec![Remember::Forget(String::new())], ..Batch::default() }).unwrap();
    assert_eq!(inbox.recall("").await.unwrap(), []);
}

/// Not as any language has it: `/` is before the digits, and what is large before what is small.
async fn what_is_recalled_is_in_the_order_of_the_bytes(inbox: &dyn Inbox) {
    let ordered = ["B", "a", "a-b", "a/", "a/1", "a0", "ab", "b", "ä"];
    let put = |key: &&str| Remember::Put((*key).to_owned(), Vec::new());
    let remember = ordered.iter().rev().map(put).collect();
    append(inbox, Batch { remember, ..Batch::default() }).unwrap();
    let recalled = inbox.recall("").await.unwrap();
    assert_eq!(recalled, ordered.map(|key| (key.to_owned(), Vec::new())));
}

/// The name of one may be what others begin with.
async fn what_is_removed_is_one_key(inbox: &dyn Inbox) {
    let keys = ["a", "a/", "a/1", "a/11", "b"];
    let put = keys.map(|key| Remember::Put(key.to_owned(), key.into()));
    let remove = ["", "a/", "a/1", "c"].map(|key| Remember::Remove(key.to_owned()));
    let remember = put.into_iter().chain(remove).collect();
    append(inbox, Batch { remember, ..Batch::default() }).unwrap();
    let left = inbox.recall("").await.unwrap();
    assert_eq!(left, ["a", "a/11", "b"].map(|key| (key.to_owned(), key.into())));
    let remember = vec![Remember::Remove("a".to_owned()), Remember::Put("a".to_owned(), b"again".to_vec())];
    append(inbox, Batch { remember, ..Batch::default() }).unwrap();
    assert_eq!(inbox.recall("a").await.unwrap().remove(0), ("a".to_owned(), b"again".to_vec()));
}

macro_rules! promises {
    ($($name:ident)*) => {$(
        #[tokio::test]
        async fn $name() {
            super::$name(&MemoryInbox::new()).await;
            #[cfg(feature = "sqlite")]
            {
                let folder = crate::inbox::sqlite::tests::Folder::new();
                let inbox = crate::inbox::SqliteInbox::open(folder.file()).unwrap();
                super::$name(&inbox).await;
                inbox.close().await.unwrap();
            }
        }
    )*};
}

mod kept {
    #[cfg(feature = "sqlite")]
    use super::Inbox;
    use super::MemoryInbox;

    promises! {
        ids_grow_and_facts_count
        heights_beyond_all_are_one
        a_failed_event_comes_again
        a_postponed_event_waits_for_its_time
        at_most_so_many
        dead_letters
        what_is_remembered
        what_is_recalled_is_in_the_order_of_the_bytes
        what_is_removed_is_one_key
    }
}
