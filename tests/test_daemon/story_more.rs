//! The captured lives of other daemons, again.

use bitcart_events::Currency;
use bitcart_events::testing::{DaemonVersion, TestDaemon};
use serde_json::Value;

use crate::asking::updates;
use crate::captures::{W1, W2};
use crate::story::Story;

async fn today(currency: Currency, height: u64, file: &str) -> (TestDaemon, Story) {
    let builder = TestDaemon::builder().version(DaemonVersion::Current).currency(currency);
    let daemon = builder.height(height).start().await.unwrap();
    let story = Story::new(daemon.clone(), &[file]);
    (daemon, story)
}

#[tokio::test]
async fn todays_binance_daemon() {
    let (daemon, mut story) = today(Currency::Bnb, 231, "bnb").await;
    story.open(&["ws-xpub"]).await;
    story.ask_for_money("add_request").await;
    story.ask(&["setrequestaddress"]).await;
    let request = story.translated("LFz24Ty0iPTsukMabg8z4JfmhR3zgFu2VvGrwfYbjps");
    story.is("0x392e81", &daemon.pay(&request, "1").await.unwrap());
    daemon.mine(1).await;
    story.ask(&["get_updates"]).await;
    story.hear().await;
    let down = daemon.clone();
    let down = tokio::spawn(async move { down.shut_down().await });
    story.ended("ws-xpub").await;
    down.await.unwrap();
    story.ends(&[]);
    assert_eq!((story.answers, story.frames, story.handshakes), (3, 4, 1));
}

#[tokio::test]
async fn todays_tron_daemon() {
    let (daemon, mut story) = today(Currency::Trx, 0, "trx").await;
    story.ask_for_money("add_request").await;
    story.open(&["ws-xpub"]).await;
    story.ask(&["setrequestaddress"]).await;
    let request = story.translated("JK4OH9IdcID0wXr6eC28hy4SkhmxTPWfpi4XSO89V30");
    story.is("f2ac0d", &daemon.pay(&request, "0.5").await.unwrap());
    daemon.mine(1).await;
    story.is("894b08", &daemon.pay(&request, "1.5").await.unwrap());
    daemon.mine(1).await;
    story.ask(&["get_updates"]).await;
    story.hear().await;
    story.ends(&[]);
    assert_eq!((story.answers, story.frames, story.handshakes), (3, 6, 1));
}

/// The websocket of 2020, which gives every event to every wallet.
#[tokio::test]
async fn the_first_websocket() {
    let builder = TestDaemon::builder().version(DaemonVersion::Edda6711).height(149);
    let daemon = builder.start().await.unwrap();
    let mut story = Story::new(daemon.clone(), &["webhook_ws"]);
    story.open(&["ws-xpub", "ws-unfiltered"]).await;
    let request = daemon.request(W1, "0.5").await.unwrap();
    story.is("bcrt1qav84", &request.address);
    story.is("031d2d", &daemon.pay(&request.id, "0.5").await.unwrap());
    daemon.mine(9).await;
    story.hear().await;
    story.close(&["ws-xpub", "ws-unfiltered"]);

    story.open(&["two-wallets-unfiltered", "two-wallets-sub-w2"]).await;
    updates(&daemon, W2).await;
    let request = daemon.request(W1, "0.25").await.unwrap();
    story.is("bcrt1qyzup", &request.address);
    story.is("fe7db6", &daemon.pay(&request.id, "0.1").await.unwrap());
    story.is("796418", &daemon.pay(&request.id, "0.15").await.unwrap());
    daemon.mine(1).await;
    // Theirs are told side by side, each wallet's payments and transactions for themselves.
    story
        .hear_by(|frame| {
            let frame: Value = serde_json::from_str(frame).unwrap();
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&frame["wallet"]), text(&frame["updates"][0]["event"]))
        })
        .await;
    daemon.stop().await;
    story.ended("two-wallets-unfiltered").await;
    story.ended("two-wallets-sub-w2").await;
    story.ends(&[]);
    assert_eq!((story.answers, story.frames, story.handshakes), (0, 37, 4));
}
