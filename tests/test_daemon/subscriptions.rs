//! Subscriptions: a current daemon tells only of what was subscribed to.

use bitcart_events::testing::TestDaemon;

use crate::asking::{configure, replay, same, same_request};
use crate::captures::{W1, captured, split};
use crate::receivers::{OK, Reaction, Receiver};

/// The captured story of a wallet that subscribes at last.
#[tokio::test]
async fn without_a_subscription_there_is_nothing() {
    let daemon = TestDaemon::builder().height(159).start().await.unwrap();
    let file = "webhook_rpc";
    same(&daemon, file, "sub-get_updates-before").await;
    daemon.mine(1).await;
    assert_eq!(daemon.emissions(), []);
    same(&daemon, file, "sub-get_updates-unsubscribed").await;
    same(&daemon, file, "sub-subscribe").await;
    same(&daemon, file, "sub-subscribe-unknown").await;
    same(&daemon, file, "sub-subscribe-string").await;
    daemon.mine(1).await;
    daemon.send(W1, "0.1").await.unwrap();
    same(&daemon, file, "sub-get_updates-subscribed").await;

    same(&daemon, file, "sub-configure").await;
    let mut receiver = Receiver::start(Reaction::Answer(OK)).await;
    configure(&daemon, W1, &receiver.url("/sub")).await;
    let (ours, theirs) = same_request(&daemon, "sub-add_request").await;
    daemon.pay(&ours, "0.25").await.unwrap();
    daemon.mine(1).await;
    let expected: Vec<String> = captured("webhook_http", "hook-200", "c2s")
        .iter()
        .filter(|raw| raw.starts_with("POST /sub"))
        .map(|raw| receiver.translate(raw).replace(&theirs, &ours))
        .collect();
    assert_eq!(receiver.rest(), expected);
    same(&daemon, file, "sub-get_updates-hooked").await;

    same(&daemon, file, "sub-unsubscribe-one").await;
    daemon.mine(1).await;
    assert_eq!(receiver.rest(), Vec::<String>::new());
    same(&daemon, file, "sub-unsubscribe-all").await;
    same(&daemon, file, "sub-ws-route").await;
    same(&daemon, file, "sub-get_updates-after-unsub").await;
}

/// The captured story of an unsubscribe without events, which leaves two of three.
#[tokio::test]
async fn unsubscribe_from_all_is_not_all() {
    let daemon = TestDaemon::builder().height(164).start().await.unwrap();
    same(&daemon, "webhook_rpc", "unsub-subscribe").await;
    same(&daemon, "webhook_rpc", "unsub-no-args").await;
    let (ours, theirs) = same_request(&daemon, "unsub-add_request").await;
    daemon.pay(&ours, "0.25").await.unwrap();
    daemon.mine(1).await;
    let (got, expected) = replay(&daemon, "webhook_rpc", "unsub-get_updates").await;
    assert_eq!(split(&got).1, split(&expected).1.replace(&theirs, &ours));
}
