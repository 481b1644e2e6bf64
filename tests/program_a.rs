//! Program A of the README's promise, as the program that it is: settings from the environment, events by webhook, and
//! an end by SIGTERM.
#![cfg(unix)]

use std::process::Stdio;
use std::time::Duration;

use bitcart_events::testing::TestDaemon;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

const PATIENCE: Duration = Duration::from_secs(60);

/// The example `webhook`, without anything of the tests' own environment.
fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_program_a"));
    program.env_clear().stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    program
}

#[tokio::test]
async fn it_prints_a_transaction_and_ends_at_sigterm() {
    let daemon = TestDaemon::start().await.unwrap();
    let mut running = program()
        .env("BTC_HOST", daemon.addr().ip().to_string())
        .env("BTC_PORT", daemon.addr().port().to_string())
        .env("BTC_WALLETS", "xpub-a, xpub-b")
        .env("BITCART_WEBHOOK_ADDR", "127.0.0.1:0")
        .spawn()
        .unwrap();
    daemon.wait_configured("xpub-b").await;
    let tx = daemon.send("xpub-b", "0.1").await.unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
    let line = tokio::time::timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().unwrap();
    assert_eq!(line, format!("new_transaction: {tx}"));

    let id = running.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    let ended = tokio::time::timeout(PATIENCE, running.wait_with_output()).await.unwrap().unwrap();
    let log = String::from_utf8(ended.stderr).unwrap();
    assert!(ended.status.success(), "{log}");
    for part in [
        "handler=\"program_a::seen\"",
        "listening for webhooks on 127.0.0.1:",
        "registered with the BTC daemon",
        "shutting down",
    ] {
        assert!(log.contains(part), "{part} in {log}");
    }
}

#[tokio::test]
async fn without_a_wallet_it_ends_with_what_to_set() {
    let ended = tokio::time::timeout(PATIENCE, program().output()).await.unwrap().unwrap();
    let message = String::from_utf8(ended.stderr).unwrap();
    assert!(!ended.status.success() && message.contains("set BTC_WALLETS"), "{message}");
}
