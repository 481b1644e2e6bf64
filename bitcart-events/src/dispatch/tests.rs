//! What becomes of a job whose worker never came to it.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::found::Found;
use super::{Accepted, Dispatcher, Job, Limits, Policy};
use crate::handler::{Routes, States};
use crate::inbox::{Batch, Inbox, NewEvent, SqliteInbox};
use crate::source::{Lane, Source};
use crate::{Coin, Currency, Update};

#[tokio::test]
async fn what_was_broken_off_before_it_began_is_released() {
    let folder = std::env::temp_dir().join(format!("bitcart-dispatch-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let inbox = SqliteInbox::open(folder.join("events.db")).unwrap();
    let (body, coin): (Arc<str>, _) = (r#"{"event": "new_block", "height": 7}"#.into(), Coin::btc("w"));
    let events = vec![NewEvent::new(Currency::Btc, Arc::clone(&body))];
    inbox.append(Batch { events, ..Batch::default() }, Box::new(|appended| drop(appended.unwrap())));
    let [claimed] = <[_; 1]>::try_from(inbox.claim(9, false).await.unwrap().events).unwrap();
    assert!(inbox.claim(9, false).await.unwrap().events.is_empty(), "it is claimed");

    let (limits, policy) = (Limits::default(), Policy::default());
    let (routes, states) = (Routes::default(), States::default());
    let dispatcher = Arc::new(Dispatcher::new(routes, states, limits, policy, Arc::new(inbox.clone())));
    let update = Update::parse(&body, 0..body.len(), &coin).unwrap();
    let updates = vec![Accepted::of(&claimed, 0, update)];
    let (source, found) = (Source::Coin(coin.clone()), Found::default());
    let job = Job { source, updates, found, batch: None, place: None };
    let work = dispatcher.enter(Lane::of(&coin), job);
    dispatcher.begin(work, &Handle::current());
    // It has not run yet.
    dispatcher.closing.cancel();
    dispatcher.abort.cancel();
    dispatcher.workers.close();
    dispatcher.workers.wait().await;
    assert_eq!(inbox.claim(9, false).await.unwrap().events.len(), 1, "somebody else may have it");
    drop((dispatcher, inbox));
    std::fs::remove_dir_all(folder).unwrap();
}
