//! Program A of the README's promise and its siblings, as the programs that they are: settings from the environment, events
//! by webhook, websocket and polling, and an end by SIGTERM.
#![cfg(unix)]

mod support;

use std::process::Stdio;
use std::time::Duration;

use bitcart_events::testing::TestDaemon;
use support::listening::today;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

const PATIENCE: Duration = Duration::from_secs(60);

/// Without anything of the tests' own environment.
fn program(path: &str) -> Command {
    let mut program = Command::new(path);
    program.env_clear().stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    program
}

fn run(path: &str, daemon: &TestDaemon) -> Child {
    program(path)
        .env("BTC_HOST", daemon.addr().ip().to_string())
        .env("BTC_PORT", daemon.addr().port().to_string())
        .env("BTC_WALLETS", "xpub-a, xpub-b")
        .env("BITCART_WEBHOOK_ADDR", "127.0.0.1:0")
        .spawn()
        .unwrap()
}

/// Runs a program that listens by websocket, and sends it a transaction.
async fn sent_by_websocket(path: &str) -> (TestDaemon, Child, String) {
    let daemon = today().await;
    let running = run(path, &daemon);
    daemon.wait_websockets(1).await;
    daemon.wait_loaded("xpub-b").await;
    let tx = daemon.send("xpub-b", "0.1").await.unwrap();
    (daemon, running, tx)
}

/// Waits for a line in which this stands.
async fn until(lines: &mut Lines<BufReader<ChildStderr>>, text: &str) {
    while !lines.next_line().await.unwrap().unwrap().contains(text) {}
}

async fn terminate(running: &Child) {
    let id = running.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
}

/// Waits for a line of the program's, then ends it; what it logged.
async fn prints(mut running: Child, expected: &str) -> String {
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
    let line = tokio::time::timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().unwrap();
    assert_eq!(line, expected);
    terminate(&running).await;
    let ended = tokio::time::timeout(PATIENCE, running.wait_with_output()).await.unwrap().unwrap();
    let log = String::from_utf8(ended.stderr).unwrap();
    assert!(ended.status.success() && log.contains("shutting down"), "{log}");
    log
}

#[tokio::test]
async fn by_webhook_it_prints_a_transaction() {
    let daemon = TestDaemon::start().await.unwrap();
    let running = run(env!("CARGO_BIN_EXE_program_a"), &daemon);
    daemon.wait_configured("xpub-b").await;
    let tx = daemon.send("xpub-b", "0.1").await.unwrap();
    let log = prints(running, &format!("new_transaction: {tx}")).await;
    for part in [
        "handler=\"program_a::seen\"",
        "listening for webhooks on 127.0.0.1:",
        "registered with the BTC daemon",
    ] {
        assert!(log.contains(part), "{part} in {log}");
    }
}

#[tokio::test]
async fn by_websocket_it_prints_a_transaction() {
    let (_daemon, running, tx) = sent_by_websocket(env!("CARGO_BIN_EXE_program_a_by_websocket")).await;
    let log = prints(running, &format!("new_transaction: {tx}")).await;
    assert!(log.contains("listening to the websocket of the BTC daemon"), "{log}");
}

#[tokio::test]
async fn by_polling_it_prints_a_block() {
    let daemon = today().await;
    daemon.request("xpub-a", "1").await.unwrap();
    daemon.mine(1).await;
    let log = prints(run(env!("CARGO_BIN_EXE_program_b"), &daemon), "block Some(101)").await;
    assert!(log.contains("polling the BTC daemon"), "{log}");
}

/// Without that, a handler that hangs would hold up whoever sits before the program.
#[tokio::test]
async fn told_twice_it_waits_for_nothing() {
    let (_daemon, mut running, tx) = sent_by_websocket(env!("CARGO_BIN_EXE_at_work")).await;
    let mut said = BufReader::new(running.stdout.take().unwrap()).lines();
    let mut logged = BufReader::new(running.stderr.take().unwrap()).lines();
    let story = async {
        assert_eq!(said.next_line().await.unwrap().unwrap(), format!("at work on {tx}"));
        terminate(&running).await;
        until(&mut logged, "has 30s to end; another Ctrl-C ends it at once").await;
        terminate(&running).await;
        until(
            &mut logged,
            "by its deadline or another Ctrl-C; accepted updates were not handled to the end: 1",
        )
        .await;
        assert!(!running.wait().await.unwrap().success());
    };
    // The 30 seconds are not waited for.
    tokio::time::timeout(Duration::from_secs(25), story).await.unwrap();
}

#[tokio::test]
async fn without_a_wallet_it_ends_with_what_to_set() {
    let ended = tokio::time::timeout(PATIENCE, program(env!("CARGO_BIN_EXE_program_a")).output())
        .await
        .unwrap()
        .unwrap();
    let message = String::from_utf8(ended.stderr).unwrap();
    assert!(!ended.status.success() && message.contains("set BTC_WALLETS"), "{message}");
}

/// Which handler it was, for those who look closely; and what cannot be read is said.
#[tokio::test]
async fn it_logs_what_rust_log_names() {
    let daemon = TestDaemon::start().await.unwrap();
    let listen = |levels: &'static str| {
        let mut program = program(env!("CARGO_BIN_EXE_program_a"));
        program.env("BTC_HOST", daemon.addr().ip().to_string());
        program.env("BTC_PORT", daemon.addr().port().to_string());
        program.envs([("BTC_WALLETS", "xpub-a"), ("BITCART_WEBHOOK_ADDR", "127.0.0.1:0")]);
        let program = program.env("RUST_LOG", levels).spawn().unwrap();
        async {
            daemon.wait_configured("xpub-a").await;
            let tx = daemon.send("xpub-a", "0.1").await.unwrap();
            let log = prints(program, &format!("new_transaction: {tx}")).await;
            daemon.restart().await.unwrap();
            log
        }
    };
    let log = listen("bitcart_events=debug").await;
    assert!(log.contains("handler{event=new_transaction handler=\"program_a::seen\""), "{log}");
    let log = listen("info").await;
    assert!(!log.contains("handler{") && log.contains(" INFO "), "{log}");
    let log = listen("=x=y").await;
    assert!(log.contains("RUST_LOG is not understood: \"=x=y\"; expected levels by target"), "{log}");
}
