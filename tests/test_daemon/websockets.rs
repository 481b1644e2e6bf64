//! The websocket: handshakes, what is listened to, and what is sent to whom.

use bitcart_events::testing::{DaemonVersion, Fate, TestDaemon};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

use crate::asking::{exchange, updates};
use crate::captures::{W1, W2, captured, essential_head, lines, split};
use crate::sockets::{BINARY, CLOSE, PING, TEXT, Websocket, handshake};

pub(crate) async fn today() -> TestDaemon {
    TestDaemon::builder().version(DaemonVersion::Current).start().await.unwrap()
}

pub(crate) fn new_block(height: u64) -> (Value, Value) {
    (json!({ "event": "new_block", "height": height }), Value::Null)
}

#[tokio::test]
async fn handshakes_are_the_captured_ones() {
    let daemon = today().await;
    for (file, label) in [("btc_ws", "ws-unfiltered"), ("eth_ws", "ws-no-auth"), ("eth_ws", "ws-bad-auth")] {
        let ours = handshake(&daemon, &captured(file, label, "c2s")[0]).await;
        assert_eq!(essential_head(&ours.head), essential_head(&captured(file, label, "s2c")[0]), "{label}");
    }
    assert_eq!(daemon.websockets_ever(), 1);
    let theirs = captured("eth_wsproto", "GET /ws without upgrade headers", "s2c").swap_remove(0);
    let plain = "GET /ws HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ZWxlY3RydW06ZWxlY3RydW16\r\n";
    let ours = exchange(&daemon, &format!("{plain}Connection: close\r\n\r\n")).await;
    assert_eq!(split(&ours).1, split(&theirs).1);
    // No subprotocol is chosen, and compression is not known here.
    let offers = "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: kKwXMYwA2bEFUWFB8suRLw==\r\nSec-WebSocket-Protocol: chat\r\n\
        Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
    let head = handshake(&daemon, &format!("{plain}{offers}")).await.head.to_lowercase();
    assert!(head.starts_with("http/1.1 101 "), "{head}");
    assert!(!head.contains("sec-websocket-protocol") && !head.contains("sec-websocket-extensions"), "{head}");
}

#[tokio::test]
async fn only_a_loaded_wallet_is_told_of_and_the_filter_is_exact() {
    let daemon = today().await;
    let mut all = Websocket::open(&daemon).await;
    let mut one = Websocket::listening_to(&daemon, W1).await;
    let mut lower = Websocket::listening_to(&daemon, &W1.to_lowercase()).await;
    let mut changing = Websocket::listening_to(&daemon, W2).await;
    // What Python takes for nothing changes nothing.
    for nothing in [r#"{"xpub": null}"#, r#"{"xpub": ""}"#, "{}", r#"{"xpub": 0}"#, "not json"] {
        one.say(TEXT, nothing.as_bytes()).await;
        all.say(TEXT, nothing.as_bytes()).await;
    }
    all.settle().await;
    one.settle().await;
    daemon.wait_filtered(W1).await;
    assert_eq!(daemon.websockets(), 4);

    let early = daemon.send(W1, "1").await.unwrap();
    daemon.mine(1).await;
    for socket in [&mut all, &mut one, &mut lower, &mut changing] {
        assert_eq!(socket.events().await, [new_block(101)]);
    }
    // With the first call that names it the wallet finds what it has missed.
    assert!(!daemon.loaded(W1));
    let verified = json!({ "event": "verified_tx", "tx": early, "height": 101 });
    let missed = [json!({ "event": "new_transaction", "tx": early }), verified];
    assert_eq!(updates(&daemon, W1).await, missed);
    assert!(daemon.loaded(W1));
    for socket in [&mut all, &mut one] {
        assert_eq!(socket.events().await, missed.clone().map(|event| (event, json!(W1))));
    }

    changing.say(TEXT, format!(r#"{{"xpub": "{W1}"}}"#).as_bytes()).await;
    changing.settle().await;
    let tx = daemon.send(W1, "1").await.unwrap();
    assert_ne!(early, tx);
    let told = (json!({ "event": "new_transaction", "tx": tx }), json!(W1));
    for socket in [&mut all, &mut one, &mut changing] {
        assert_eq!(socket.events().await, std::slice::from_ref(&told));
    }
    assert_eq!(lower.events().await, []);
    // The ring has it too, and not what was before the wallet was loaded.
    assert_eq!(updates(&daemon, W1).await, [told.0]);
    let fates: Vec<_> =
        daemon.emissions().into_iter().map(|emission| (emission.wallet, emission.fate)).collect();
    let sent = |websockets, rings| Fate::Sent { websockets, rings };
    let missed = (W1.to_owned(), sent(2, 1));
    assert_eq!(fates, [(String::new(), sent(4, 0)), missed.clone(), missed, (W1.to_owned(), sent(3, 1))]);
}

/// Everything in this capture but the compression, which is not known here.
#[tokio::test]
async fn protocol_answers_are_the_captured_ones() {
    let daemon = today().await;
    let five_mib = vec![b'x'; 5 * 1024 * 1024];
    let dict = format!(r#"{{"xpub": {{"xpub": "{W1}"}}}}"#);
    let mut compared = vec!["GET /ws without upgrade headers", "handshake offering subprotocol"];
    for (label, opcode, payload) in [
        ("reply to client ping 'hi'", PING, &b"hi"[..]),
        ("reply to binary frame with json", BINARY, dict.as_bytes()),
        ("reply to json string", TEXT, b"\"text\""),
        ("reply to json number", TEXT, b"5"),
        ("reply to json null", TEXT, b"null"),
        ("reply to invalid utf8 text", TEXT, b"\xff\xfe"),
        ("reply to unmasked-like bad opcode 3", 0x83, b""),
        ("reply to close 1000", CLOSE, &[3, 232]),
        ("reply to 5MiB text", TEXT, &five_mib),
        ("reply to xpub unhashable dict then close", TEXT, dict.as_bytes()),
    ] {
        let mut socket = Websocket::open(&daemon).await;
        socket.say(opcode, payload).await;
        if label.ends_with("then close") {
            socket.say(CLOSE, &[3, 232]).await;
        }
        let theirs = lines("eth_wsproto").into_iter().find(|line| line["label"] == label).unwrap();
        let mut ours = Vec::new();
        if theirs["eof"] == "True" {
            // A reset is an end as well.
            let _ = socket.stream.read_to_end(&mut ours).await;
        } else {
            ours = vec![0; theirs["raw"].as_str().unwrap().len() / 2];
            socket.stream.read_exact(&mut ours).await.unwrap();
            // Nothing more comes of it.
            socket.settle().await;
        }
        let ours: String = ours.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(ours, theirs["raw"].as_str().unwrap(), "{label}");
        compared.push(label);
    }
    let labels = lines("eth_wsproto").into_iter().map(|line| line["label"].as_str().unwrap().to_owned());
    let left: Vec<_> = labels.filter(|label| !compared.contains(&label.as_str())).collect();
    assert_eq!(
        left,
        ["handshake offering permessage-deflate", "frame after permessage-deflate negotiated (hex)"]
    );

    // A dict is no wallet, and a wallet's events are not for it.
    let mut socket = Websocket::open(&daemon).await;
    socket.say(BINARY, format!(r#"{{"xpub": "{W2}"}}"#).as_bytes()).await;
    socket.say(TEXT, dict.as_bytes()).await;
    socket.settle().await;
    updates(&daemon, W1).await;
    daemon.send(W1, "1").await.unwrap();
    assert_eq!(socket.events().await, []);
}

/// The whole life of a payment in two parts, as one socket sees it.
#[tokio::test]
async fn a_payment_lives_from_nothing_to_paid_and_back() {
    let daemon = today().await;
    let request = daemon.request(W1, "0.5").await.unwrap();
    let mut socket = Websocket::listening_to(&daemon, W1).await;
    daemon.pay(&request.id, "0.2").await.unwrap();
    daemon.pay(&request.address, "0.4").await.unwrap();
    daemon.mine(1).await;
    daemon.reorganise(1).await;
    let told = socket.events().await;
    let shown: Vec<String> = told
        .iter()
        .map(|(event, _)| match event["event"].as_str().unwrap() {
            "new_payment" => format!("{} {}", event["status"], event["sent_amount"].as_str().unwrap()),
            name => name.to_owned(),
        })
        .collect();
    let part = ["0 0.20000000", "new_transaction"];
    let whole = ["7 0.60000000", "new_transaction"];
    let mined = ["new_block", "7 0.60000000", "verified_tx", "3 0.60000000", "verified_tx"];
    let again = [
        "new_block",
        "7 0.60000000",
        "7 0.60000000",
        "7 0.60000000",
        "verified_tx",
        "3 0.60000000",
        "verified_tx",
    ];
    assert_eq!(shown, [&part[..], &whole, &mined, &again].concat());
    assert_eq!(updates(&daemon, W1).await, told.into_iter().map(|(event, _)| event).collect::<Vec<_>>());

    daemon.reload(W1).await.unwrap();
    assert_eq!(updates(&daemon, W1).await, Vec::<Value>::new());

    // What happens while the daemon is down is told when the wallet is loaded again.
    let request = daemon.request(W1, "0.5").await.unwrap();
    daemon.pay(&request.id, "0.1").await.unwrap();
    daemon.stop().await;
    daemon.mine(1).await;
    daemon.pay(&request.id, "0.4").await.unwrap();
    daemon.start_again().await.unwrap();
    daemon.mine(1).await;
    let told = updates(&daemon, W1).await;
    let statuses: Vec<_> = told.iter().filter_map(|event| event["status"].as_u64()).collect();
    assert_eq!(statuses, [7, 7, 3]);
    let heights: Vec<_> = told.iter().filter_map(|event| event["height"].as_u64()).collect();
    assert_eq!((told.len(), heights), (6, vec![103, 104]));
}
