//! The process: when it stops, starts again and ends.

use bitcart_events::testing::{ScriptError, TestDaemon};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::asking::{call, configure, edda, updates};
use crate::captures::W1;

#[tokio::test]
async fn a_restart_forgets_but_the_disk_stays() {
    let daemon = TestDaemon::start().await.unwrap();
    let url = daemon.url();
    let request = daemon.request(W1, "0.5").await.unwrap();
    let subscribe = format!(r#"[["new_block", "new_payment"], {{"xpub": "{W1}"}}]"#);
    call(&daemon, "subscribe", &subscribe).await;
    daemon.mine(1).await;
    configure(&daemon, W1, "http://127.0.0.1:1/h").await;
    let mut half_asked = TcpStream::connect(daemon.addr()).await.unwrap();
    let half = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\
        Authorization: Basic ZWxlY3RydW06ZWxlY3RydW16\r\n\r\n";
    half_asked.write_all(half).await.unwrap();
    // The daemon waits for the rest once it has said to go on.
    half_asked.read_exact(&mut [0; 25]).await.unwrap();

    daemon.stop().await;
    assert_eq!(half_asked.read(&mut [0]).await.unwrap_or(0), 0);
    let refused = TcpStream::connect(daemon.addr()).await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    daemon.stop().await;
    // The chain does not wait for the daemon.
    daemon.mine(1).await;
    daemon.pay(&request.address, "0.2").await.unwrap();
    assert_eq!(daemon.request(W1, "1").await, Err(ScriptError::Stopped));

    daemon.start_again().await.unwrap();
    daemon.start_again().await.unwrap();
    assert_eq!(daemon.url(), url);
    assert_eq!(daemon.configured_url(W1), None);
    daemon.mine(1).await;
    assert_eq!(updates(&daemon, W1).await, Vec::<Value>::new());
    daemon.mine(1).await;
    assert_eq!(updates(&daemon, W1).await, Vec::<Value>::new());
    assert_eq!(daemon.emissions().len(), 1);

    call(&daemon, "subscribe", &subscribe).await;
    daemon.pay(&request.address, "0.3").await.unwrap();
    daemon.mine(1).await;
    let updates = updates(&daemon, W1).await;
    assert_eq!(updates[0]["status"], 3);
    assert_eq!(updates[1]["height"], 105);
}

#[tokio::test]
async fn many_restarts_keep_the_port() {
    let daemon = edda(100).await;
    for _ in 0..50 {
        assert!(call(&daemon, "getinfo", "[]").await.contains("result"));
        daemon.restart().await.unwrap();
    }
}

#[tokio::test]
async fn the_last_handle_ends_the_daemon() {
    let daemon = TestDaemon::start().await.unwrap();
    let address = daemon.addr();
    let mut idle = TcpStream::connect(address).await.unwrap();
    let clone = daemon.clone();
    drop(daemon);
    assert!(call(&clone, "getinfo", "[]").await.contains("result"));
    drop(clone);
    // The connection breaks off, and with it the listener goes.
    assert_eq!(idle.read(&mut [0]).await.unwrap_or(0), 0);
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[test]
fn without_a_runtime_it_does_not_start_and_says_so() {
    let mut starting = std::pin::pin!(TestDaemon::start());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(started) = starting.as_mut().poll(&mut context) else {
        panic!("there is nothing to wait for")
    };
    let error = started.unwrap_err().to_string();
    assert!(error.contains("Tokio 1.x runtime"), "{error}");
}
