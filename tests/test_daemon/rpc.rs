//! JSON-RPC: what the daemon answers.

use bitcart_events::testing::TestDaemon;

use crate::asking::{call, edda, exchange, post, replay, same, same_request};
use crate::captures::{W1, captured, split};

#[tokio::test]
async fn answers_are_the_captured_ones() {
    let daemon = edda(100).await;
    for label in [
        "no-auth",
        "configure-no-wallet",
        "subscribe-removed",
        "configure_notifications",
        "get_updates-with-hook-ok",
        "configure-500",
        "configure-close",
        "configure-refused",
        "configure-302",
        "configure-bad-url",
        "configure-null",
        "configure-hang",
        "load-wallet2",
        "configure-w1",
        "configure-w2",
    ] {
        same(&daemon, "webhook_rpc", label).await;
    }
    for label in ["add_request", "add_request-w1"] {
        same_request(&daemon, label).await;
    }
    let (ours, theirs) = replay(&daemon, "webhook_rpc", "no-auth").await;
    let server = |answer: &str| {
        answer.lines().find(|line| line.to_lowercase().starts_with("server:")).unwrap()[7..].to_owned()
    };
    assert_eq!(server(&ours), server(&theirs));
}

#[tokio::test]
async fn envelope_quirks_are_the_captured_ones() {
    let daemon = TestDaemon::start().await.unwrap();
    for label in [
        "bad-password",
        "malformed-base64",
        "base64-no-colon",
        "password-with-colon",
        "bearer-scheme",
        "lowercase-basic",
        "notfound",
        "get-root",
        "parse-error",
        "batch",
        "batch-empty",
        "no-method",
        "nosuchmethod",
        "xpub-list",
        "xpub-empty",
        "params-list-positional",
    ] {
        same(&daemon, "eth_rpc", label).await;
    }
    for label in ["get_updates-no-wallet", "get_updates-bad-wallet", "nosuchmethod"] {
        same(&daemon, "btc_rpc", label).await;
    }
    let null_params = call(&daemon, "getinfo", "null").await;
    assert!(null_params.contains("-32603, \"message\": \"TypeError: "), "{null_params}");
}

#[tokio::test]
async fn ids_and_parameters_are_taken_as_python_takes_them() {
    let daemon = edda(100).await;
    let body = |answer: String| split(&answer).1.to_owned();
    for (id, echoed) in [(r#""id": "abc", "#, r#""abc""#), (r#""id": 7, "#, "7"), ("", "null")] {
        let answer = body(
            post(&daemon, &format!(r#"{{{id}"method": "getbalance", "params": {{"xpub": "{W1}"}}}}"#)).await,
        );
        assert_eq!(
            answer,
            format!(r#"{{"jsonrpc": "2.0", "result": {{"confirmed": "0"}}, "id": {echoed}}}"#)
        );
    }
    // A dict that is alone in a list is an argument in 2020, not the named arguments.
    let alone = call(&daemon, "getbalance", &format!(r#"[{{"xpub": "{W1}"}}]"#)).await;
    assert!(alone.contains("-32000"), "{alone}");
    for (params, message) in [
        (
            r#"{"amount": "1", "expiry": 5, "xpub": "W"}"#,
            "add_request() got an unexpected keyword argument 'expiry'",
        ),
        (r#"{"xpub": "W"}"#, "add_request() missing 1 required positional argument: 'amount'"),
        (
            r#"["1", "", 5, true, 6, {"xpub": "W"}]"#,
            "add_request() takes 4 positional arguments but 5 were given",
        ),
        (r#"["1", {"xpub": "W", "amount": "1"}]"#, "add_request() got multiple values for argument 'amount'"),
    ] {
        let answer = call(&daemon, "add_request", &params.replace("\"W\"", &format!("\"{W1}\""))).await;
        let expected = format!(r#"{{"code": -32603, "message": "TypeError: {message}"}}"#);
        assert!(answer.contains(&expected), "{answer}");
    }
}

#[tokio::test]
async fn the_login_can_be_another() {
    let daemon = TestDaemon::builder().login("me", "secret").start().await.unwrap();
    let refused = call(&daemon, "getinfo", "[]").await;
    assert_eq!(refused, split(&captured("webhook_rpc", "no-auth", "s2c")[0]).1);
    let body = r#"{"method": "getinfo", "id": 1}"#;
    let request = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Basic bWU6c2VjcmV0\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    assert!(exchange(&daemon, &request).await.contains(r#""blockchain_height": 100"#));
    assert!(!format!("{daemon:?}").contains("secret"));
}

#[tokio::test]
async fn a_request_can_be_asked_for() {
    let daemon = edda(100).await;
    let request = daemon.request(W1, "0.50").await.unwrap();
    assert_eq!(request.amount, "0.5");
    assert!(request.address.starts_with("bcrt1q") && request.address.len() == 44);
    let params = format!(r#"["{}", {{"xpub": "{W1}"}}]"#, request.address);
    for method in ["get_request", "getrequest"] {
        let answer = call(&daemon, method, &params).await;
        assert!(answer.contains(r#""status": 0, "status_str": "Expires in about 1 hour""#), "{answer}");
    }
    daemon.pay(&request.address, "0.6").await.unwrap();
    assert!(call(&daemon, "get_request", &params).await.contains(r#""status": 3, "status_str": "Paid""#));
    let balance = format!(r#"{{"xpub": "{W1}"}}"#);
    assert!(
        call(&daemon, "getbalance", &balance).await.contains(r#"{"confirmed": "0", "unconfirmed": "0.6"}"#)
    );
    daemon.mine(1).await;
    assert!(call(&daemon, "getbalance", &balance).await.contains(r#"{"confirmed": "0.6"}"#));
    let missing = call(&daemon, "get_request", &format!(r#"["nope", {{"xpub": "{W1}"}}]"#)).await;
    assert!(missing.contains(r#"{"code": -32003, "message": "Exception: Request not found"}"#), "{missing}");
}
