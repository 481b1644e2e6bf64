//! The captured life of today's BTC daemon, again.

use std::time::Duration;

use bitcart_events::testing::{DaemonVersion, TestDaemon};

use crate::story::Story;

const W: &str = "vpub5VrnzyXqCTivQKiNTKYQxjE8PBAhqPBFnU8zRKabgraMK6kkxLfQGw4N5wyHcXgmarkGncg29DWLivrA7sGJ7V1i2tJH4EhdjRiT9x3s638";

#[tokio::test]
async fn todays_bitcoin_daemon() {
    let daemon = TestDaemon::builder().version(DaemonVersion::Current).height(101).start().await.unwrap();
    let mut story = Story::new(daemon.clone(), &["btc_rpc", "btc_ws"]);
    story.open(&["ws-unfiltered", "ws-other-xpub", "ws-xpub"]).await;
    story.ask(&["getinfo", "getbalance"]).await;
    story.ask_for_money("add_request-bad-kw").await;
    story.ask(&["add_request", "get_request-partial", "get_request-unconfirmed"]).await;
    daemon.mine(1).await;
    story.ask(&["get_request-paid", "get_updates"]).await;
    daemon.mine(3).await;
    story.ask(&["get_updates-3blocks"]).await;
    story.hear().await;

    // A payment in two parts.
    story.open(&["ws2-other-xpub", "ws2-xpub", "ws2-unfiltered"]).await;
    story.ask(&["getbalance"]).await;
    story.ask_for_money("add_request").await;
    let request = story.translated("1f804621c6");
    story.is("dec7f1", &daemon.pay(&request, "0.2").await.unwrap());
    story.ask(&["get_request-partial"]).await;
    story.is("5f1709", &daemon.pay(&request, "0.3").await.unwrap());
    story.ask(&["get_request-unconfirmed"]).await;
    daemon.mine(1).await;
    story.ask(&["get_request-paid", "get_updates"]).await;
    story.hear().await;

    // More than was asked for, and straight into a block.
    story.ask_for_money("add_request2").await;
    let request = story.translated("b7040cd233");
    story.is("e7d26f", &daemon.pay_unseen(&request, "0.15").await.unwrap());
    daemon.mine(1).await;
    story.ask(&["get_updates-mined-directly"]).await;

    // Too late, and a block that is replaced.
    story.ask_for_money("add_request-exp").await;
    daemon.let_pass(Duration::from_secs(5));
    story.ask(&["get_updates-after-expiry", "get_request-expired"]).await;
    let request = story.translated("32abc67daa");
    story.is("be9aba", &daemon.pay(&request, "0.1").await.unwrap());
    daemon.mine(1).await;
    story.ask(&["get_updates-paid-after-expiry"]).await;
    daemon.reorganise(1).await;
    story.ask(&["get_updates-after-reorg"]).await;
    daemon.mine_at_once(40).await;
    story.ask(&["get_updates-40-blocks"]).await;
    story.hear().await;
    story.close(&[
        "ws-unfiltered",
        "ws-other-xpub",
        "ws-xpub",
        "ws2-other-xpub",
        "ws2-xpub",
        "ws2-unfiltered",
    ]);

    story.ask(&["no-auth", "spec", "get_updates-no-wallet", "get_updates-bad-wallet", "nosuchmethod"]).await;
    story.ask(&["nosuchmethod-wallet"]).await;
    daemon.mine(14).await;
    // The request was made when nobody was looking.
    let request = daemon.request(W, "0.02").await.unwrap().id;
    story.translate("150f362dbb", &request);
    story.is("0b7e6d", &daemon.pay(&request, "0.02").await.unwrap());
    daemon.mine(1).await;
    story.ask(&["get_updates-final", "close_wallet", "get_updates-after-reload", "list_wallets"]).await;

    story.ends(&[]);
    assert_eq!((story.answers, story.frames, story.handshakes), (33, 118, 6));
}
