//! What goes wrong at a test's command.

use std::time::Duration;

use bitcart_events::testing::Fate;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::asking::{call, exchange, updates};
use crate::captures::{W1, captured};
use crate::sockets::{BINARY, CLOSE, PING, PONG, TEXT, Websocket, handshake};
use crate::websockets::{new_block, today};

/// What has not come by now does not come: everything before it has been waited for.
const NEVER: Duration = Duration::ZERO;

/// The captured goodbye of a daemon that shuts down, and the silence of one that is killed.
#[tokio::test]
async fn a_shut_down_says_goodbye_and_a_kill_does_not() {
    let daemon = today().await;
    let mut polite = Websocket::open(&daemon).await;
    let mut mute = Websocket::open(&daemon).await;
    let down = daemon.clone();
    let down = tokio::spawn(async move { down.shut_down().await });
    let theirs = captured("eth_ws", "ws-shutdown", "s2c").pop().unwrap();
    for socket in [&mut polite, &mut mute] {
        let (first, payload) = socket.next().await.unwrap();
        assert_eq!(first, CLOSE);
        assert_eq!(payload.into_iter().map(char::from).collect::<String>(), theirs);
    }
    polite.say(CLOSE, &1001_u16.to_be_bytes()).await;
    assert_eq!(polite.next().await, None);
    down.await.unwrap();
    assert_eq!(mute.next().await, None);
    assert_eq!(daemon.websockets(), 0);

    daemon.start_again().await.unwrap();
    let mut socket = Websocket::open(&daemon).await;
    daemon.stop().await;
    assert_eq!(socket.next().await, None);
}

#[tokio::test]
async fn dropped_websockets_leave_the_daemon_alive() {
    let daemon = today().await;
    updates(&daemon, W1).await;
    let mut old = Websocket::listening_to(&daemon, W1).await;
    daemon.drop_websockets().await;
    assert_eq!(daemon.websockets(), 0);
    assert_eq!(old.next().await, None);
    daemon.mine(1).await;
    let mut new = Websocket::open(&daemon).await;
    daemon.mine(1).await;
    assert_eq!(new.events().await, [new_block(102)]);
    // Nothing is sent again, and the ring has it all.
    assert_eq!(updates(&daemon, W1).await, [new_block(101).0, new_block(102).0]);
    drop(new);
    daemon.wait_websockets(0).await;
}

#[tokio::test]
async fn a_half_open_connection_is_silent_and_new_ones_work() {
    let daemon = today().await;
    updates(&daemon, W1).await;
    let mut old = Websocket::open(&daemon).await;
    daemon.hang("getinfo");
    let mut asking = TcpStream::connect(daemon.addr()).await.unwrap();
    asking.write_all(captured("btc_rpc", "getinfo", "c2s")[0].as_bytes()).await.unwrap();
    daemon.wait_call("getinfo", 1).await;
    daemon.go_silent().await;
    daemon.release("getinfo");
    assert!(call(&daemon, "getinfo", "[]").await.contains("result"));
    old.say(PING, b"hi").await;
    daemon.mine(1).await;
    let mut new = Websocket::open(&daemon).await;
    daemon.mine(1).await;
    assert_eq!(new.events().await, [new_block(102)]);
    assert!(timeout(NEVER, old.next()).await.is_err());
    // The daemon has no idea; and nobody hears that it is done with a connection.
    assert_eq!(daemon.websockets(), 2);
    daemon.drop_websockets().await;
    assert_eq!(new.next().await, None);
    assert!(timeout(NEVER, old.next()).await.is_err());
    assert!(timeout(NEVER, asking.peek(&mut [0])).await.is_err());
    daemon.stop().await;
    assert_eq!(old.next().await, None);
    assert_eq!(asking.read(&mut [0]).await.unwrap_or(0), 0);
}

/// One client that does not read keeps the event from everybody's ring, until it is gone.
#[tokio::test]
async fn who_does_not_read_holds_up_the_daemon() {
    let daemon = today().await;
    updates(&daemon, W1).await;
    let idle = Websocket::open(&daemon).await;
    // More than the sockets' buffers hold.
    let event = format!(r#"{{"event": "verified_tx", "tx": "{}", "height": 1}}"#, "0".repeat(16 << 20));
    let script = daemon.clone();
    let script = tokio::spawn(async move { script.emit(Some(W1), &event).await });
    while daemon.emissions().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(timeout(NEVER, daemon.wait_emissions(1)).await.is_err());
    assert_eq!(daemon.emissions()[0].fate, Fate::Sending);
    assert_eq!(updates(&daemon, W1).await, Vec::<Value>::new());
    drop(idle);
    script.await.unwrap().unwrap();
    assert_eq!(daemon.emissions()[0].fate, Fate::Sent { websockets: 0, rings: 1 });
    assert_eq!(daemon.websockets(), 0);
}

#[tokio::test]
async fn a_daemon_that_does_not_read_still_sends() {
    let daemon = today().await;
    let mut socket = Websocket::open(&daemon).await;
    daemon.stop_reading();
    socket.say(PING, b"hi").await;
    daemon.mine(1).await;
    assert_eq!(
        socket.text().await,
        r#"{"updates": [{"event": "new_block", "height": 101}], "wallet": null, "currency": "BTC"}"#
    );
    assert!(timeout(NEVER, socket.stream.peek(&mut [0])).await.is_err());
    daemon.read_again();
    assert_eq!(socket.next().await, Some((PONG, b"hi".to_vec())));
}

#[tokio::test]
async fn calls_hang_and_answers_get_lost() {
    let daemon = today().await;
    updates(&daemon, W1).await;
    daemon.mine(1).await;
    daemon.hang("get_updates");
    let asking = daemon.clone();
    let asking = tokio::spawn(async move { updates(&asking, W1).await });
    daemon.wait_call("get_updates", 2).await;
    assert!(call(&daemon, "getinfo", "[]").await.contains("result"));
    daemon.mine(1).await;
    assert!(!asking.is_finished());
    daemon.release("get_updates");
    assert_eq!(asking.await.unwrap(), [new_block(101).0, new_block(102).0]);

    daemon.mine(1).await;
    daemon.lose_answers("get_updates");
    let request = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ZWxlY3RydW06ZWxlY3RydW16\r\nContent-Length: {}\r\n\r\n",
        format!(r#"{{"method": "get_updates", "params": {{"xpub": "{W1}"}}}}"#).len()
    );
    let body = format!(r#"{{"method": "get_updates", "params": {{"xpub": "{W1}"}}}}"#);
    assert_eq!(exchange(&daemon, &(request + &body)).await, "");
    assert_eq!(daemon.drained(W1), 3);
    daemon.keep_answers("get_updates");
    assert_eq!(updates(&daemon, W1).await, Vec::<Value>::new());

    daemon.hang("/ws");
    let opening = daemon.clone();
    let opening = tokio::spawn(async move { Websocket::open(&opening).await });
    assert!(call(&daemon, "getinfo", "[]").await.contains("result"));
    assert_eq!(daemon.websockets(), 0);
    daemon.release("/ws");
    opening.await.unwrap();
}

#[tokio::test]
async fn logins_are_refused_and_web_pages_served() {
    let daemon = today().await;
    let mut socket = Websocket::open(&daemon).await;
    daemon.refuse_logins(true);
    assert!(call(&daemon, "getinfo", "[]").await.contains("Unauthorized"));
    let refused = handshake(&daemon, &captured("btc_ws", "ws-unfiltered", "c2s")[0]).await;
    assert!(refused.head.starts_with("HTTP/1.1 200 "), "{}", refused.head);
    // Who is in stays in.
    daemon.mine(1).await;
    assert_eq!(socket.events().await, [new_block(101)]);
    daemon.refuse_logins(false);
    daemon.answer_html(true);
    assert!(call(&daemon, "getinfo", "[]").await.starts_with("<!DOCTYPE html>"));
    let page = handshake(&daemon, &captured("btc_ws", "ws-unfiltered", "c2s")[0]).await;
    assert!(page.head.contains("text/html"), "{}", page.head);
    daemon.answer_html(false);
    assert!(call(&daemon, "getinfo", "[]").await.contains("result"));
}

#[tokio::test]
async fn a_test_can_say_anything() {
    let daemon = today().await;
    updates(&daemon, W1).await;
    let mut socket = Websocket::open(&daemon).await;
    daemon.push("{ not json").await;
    daemon.push_binary(&[0, 255]).await;
    assert_eq!(socket.next().await, Some((TEXT, b"{ not json".to_vec())));
    assert_eq!(socket.next().await, Some((BINARY, vec![0, 255])));
    assert_eq!(daemon.emissions(), []);
    let event = r#"{"event": "verified_tx", "tx": "a", "height": 7}"#;
    daemon.emit(Some(W1), event).await.unwrap();
    daemon.emit_unqueued(Some(W1), event).await.unwrap();
    daemon.emit_unsent(None, r#"{"event":"new_block","height":1}"#).await.unwrap();
    let frame = format!(r#"{{"updates": [{event}], "wallet": "{W1}", "currency": "BTC"}}"#);
    assert_eq!(socket.rest().await, [frame.clone(), frame]);
    let answer = call(&daemon, "get_updates", &format!(r#"{{"xpub": "{W1}"}}"#)).await;
    assert!(answer.contains(&format!(r#"[{event}, {{"event":"new_block","height":1}}]"#)), "{answer}");
    assert_eq!(
        daemon.emit(None, "[]").await.unwrap_err().to_string(),
        "\"[]\" is no JSON object with an \"event\""
    );
}
