//! The daemon's faults: what it forgets is lost with it, and never was accepted.

use std::time::Duration;

use super::super::support::listening::{Listening, payment, record, today};
use super::super::support::server::coin;
use super::{Log, Place, all_is_handled, asked};

/// Lost: what was in the answer, with the daemon, which takes it for delivered. Told: that the answer broke off, once.
#[tokio::test]
async fn of_an_answer_that_breaks_off_nothing_is_accepted() {
    let (log, daemon, place) = (Log::of_all(), today().await, Place::file());
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    daemon.request("vpub-a", "1").await.unwrap();
    daemon.emit(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    daemon.cut_answers("get_updates");
    let listening = Listening::by_polling(place.inbox(btc.listener()), Duration::from_millis(5));
    let line = log.wait_for(&[&daemon.url(), "trying again until it works"]).await;
    assert!(line.contains("WARN") && line.contains("`get_updates`"), "{line}");
    assert_eq!(daemon.drained("vpub-a"), 1);
    daemon.finish_answers("get_updates");
    daemon.emit(Some("vpub-a"), &payment("b", 3)).await.unwrap();
    seen.expect(["paid 3 b 0.5"]).await;
    listening.finish().await;
    assert_eq!(seen.rest(), [""; 0]);
    assert_eq!(log.lines(&[&daemon.url(), "trying again until it works"]).len(), 1);
    all_is_handled(&place).await;
}

/// Lost: what came while the socket was closed, with the daemon. What the socket brings waits for the next answer.
#[tokio::test]
async fn a_websocket_goes_on_when_an_answer_breaks_off() {
    let (log, daemon, place) = (Log::of_all(), today().await, Place::file());
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(place.inbox(btc.listener()));
    daemon.wait_loaded("vpub-a").await;
    daemon.emit(Some("vpub-a"), &payment("a", 3)).await.unwrap();
    seen.expect(["paid 3 a 0.5"]).await;
    daemon.cut_answers("get_updates");
    daemon.drop_websockets().await;
    daemon.emit_unsent(Some("vpub-a"), &payment("b", 3)).await.unwrap();
    log.wait_for(&[&daemon.url(), "`get_updates`", "trying again until it works"]).await;
    daemon.wait_websockets(1).await;
    daemon.emit(Some("vpub-a"), &payment("c", 3)).await.unwrap();
    daemon.finish_answers("get_updates");
    seen.expect(["paid 3 c 0.5"]).await;
    daemon.emit(Some("vpub-a"), &payment("d", 3)).await.unwrap();
    seen.expect(["paid 3 d 0.5"]).await;
    listening.finish().await;
    assert_eq!(seen.rest(), [""; 0]);
    all_is_handled(&place).await;
}

/// Lost: nothing. Told: that nothing came, and why that is the end of the connection.
#[tokio::test]
async fn what_came_while_a_socket_was_half_open_is_fetched() {
    let (log, daemon, place) = (Log::of_all(), today().await, Place::file());
    let btc = coin(&daemon, "vpub-a");
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(place.inbox(btc.listener()));
    daemon.wait_loaded("vpub-a").await;
    daemon.emit(Some("vpub-a"), &payment("a", 7)).await.unwrap();
    seen.expect(["paid 7 a 0.5"]).await;
    daemon.go_silent().await;
    for status in [3, 7, 3] {
        daemon.emit(Some("vpub-a"), &payment("a", status)).await.unwrap();
    }
    tokio::time::pause();
    for _ in 0..60 {
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    tokio::time::resume();
    // The daemon does not notice the one before.
    daemon.wait_websockets(2).await;
    let line = log.wait_for(&["lost the websocket", &daemon.url()]).await;
    assert!(line.contains("WARN") && line.contains("no answer to the pings"), "{line}");
    seen.expect(["paid 3 a 0.5", "paid 7 a 0.5", "paid 3 a 0.5"]).await;
    daemon.emit(Some("vpub-a"), &payment("b", 3)).await.unwrap();
    seen.expect(["paid 3 b 0.5"]).await;
    listening.finish().await;
    assert_eq!(seen.rest(), [""; 0]);
    all_is_handled(&place).await;
}

/// Lost: what the daemon dropped while nobody asked. Told: that it may have dropped something.
#[tokio::test]
async fn of_more_than_a_hundred_events_the_last_are_delivered_and_a_loss_is_told() {
    // The fingerprint of this key is in no other test's lines.
    const KEY: &str = "vpub-of-more-than-a-hundred";
    let (log, daemon, place) = (Log::of_all(), today().await, Place::file());
    let btc = coin(&daemon, KEY);
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(place.inbox(btc.listener()));
    daemon.wait_loaded(KEY).await;
    daemon.emit(Some(KEY), &payment("before", 3)).await.unwrap();
    seen.expect(["paid 3 before 0.5"]).await;
    listening.finish().await;
    for number in 0..130 {
        daemon.emit(Some(KEY), &payment(&number.to_string(), 3)).await.unwrap();
    }
    let before = asked(&daemon);
    let btc = coin(&daemon, KEY);
    let mut seen = record(&btc);
    let listening = Listening::by_websocket(place.inbox(btc.listener()));
    for number in 30..130 {
        assert_eq!(seen.next().await, format!("paid 3 {number} 0.5"));
    }
    assert!(asked(&daemon) > before);
    daemon.emit(Some(KEY), &payment("after", 3)).await.unwrap();
    seen.expect(["paid 3 after 0.5"]).await;
    listening.finish().await;
    assert_eq!(seen.rest(), [""; 0]);
    let shown = format!("{btc:?}");
    let shown = shown.split_once('#').unwrap().1.trim_end_matches(')');
    let [line] = &log.lines(&["older ones may have been dropped", shown])[..] else {
        panic!("not told once")
    };
    assert!(line.contains("WARN") && line.contains("100 updates were waiting at the daemon"), "{line}");
    all_is_handled(&place).await;
}
