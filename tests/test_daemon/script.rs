//! What a test does with the daemon: it waits for a program, and is told of its own mistakes.

use bitcart_events::testing::{ScriptError, TestDaemon};

use crate::asking::{configure, edda, updates};
use crate::captures::{W1, W2};

#[tokio::test]
async fn a_test_can_wait_for_what_a_program_does() {
    let daemon = edda(100).await;
    let program = daemon.clone();
    let program = tokio::spawn(async move {
        configure(&program, W1, "http://127.0.0.1:1/h").await;
        updates(&program, W1).await;
        updates(&program, W2).await;
    });
    assert_eq!(daemon.wait_configured(W1).await, "http://127.0.0.1:1/h");
    daemon.wait_call("get_updates", 2).await;
    program.await.unwrap();
    let calls: Vec<_> = daemon.rpc_calls().into_iter().map(|call| (call.method, call.wallet)).collect();
    let expected = [("configure_notifications", W1), ("get_updates", W1), ("get_updates", W2)];
    assert_eq!(calls, expected.map(|(method, wallet)| (method.to_owned(), Some(wallet.to_owned()))));
}

#[tokio::test]
async fn mistakes_of_a_script_are_named() {
    let daemon = TestDaemon::start().await.unwrap();
    let message = |error: ScriptError| error.to_string();
    let message_of_a_wallet = daemon.request("shop", "1").await.map_err(message).unwrap_err();
    assert!(message_of_a_wallet.starts_with("\"shop\" is no wallet key"), "{message_of_a_wallet}");
    assert!(message_of_a_wallet.contains("begins with `xpub`"), "{message_of_a_wallet}");
    assert_eq!(daemon.send("shop", "1").await, Err(ScriptError::BadWallet("shop".to_owned())));
    assert_eq!(
        daemon.request(W1, "0.1.2").await.map_err(message).unwrap_err(),
        "\"0.1.2\" is not an amount: an amount is written in digits, like \"0.25\""
    );
    assert_eq!(
        daemon.pay("bcrt1qnobody", "1").await.map_err(message).unwrap_err(),
        "no request was made for the address \"bcrt1qnobody\""
    );
}
