//! A websocket client that keeps every byte: what a daemon sends is seen as it is.

use bitcart_events::testing::TestDaemon;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const TEXT: u8 = 0x81;
pub(crate) const BINARY: u8 = 0x82;
pub(crate) const CLOSE: u8 = 0x88;
pub(crate) const PING: u8 = 0x89;
pub(crate) const PONG: u8 = 0x8a;

pub(crate) struct Websocket {
    pub(crate) stream: TcpStream,
    /// The head of the answer to the handshake.
    pub(crate) head: String,
}

/// Sends a handshake as it is; the head of the answer, and the connection.
pub(crate) async fn handshake(daemon: &TestDaemon, request: &str) -> Websocket {
    let mut stream = TcpStream::connect(daemon.addr()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    Websocket { stream, head: String::from_utf8(head).unwrap() }
}

impl Websocket {
    pub(crate) async fn open(daemon: &TestDaemon) -> Self {
        let request = "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: kKwXMYwA2bEFUWFB8suRLw==\r\nSec-WebSocket-Version: 13\r\n\
             Authorization: Basic ZWxlY3RydW06ZWxlY3RydW16\r\n\r\n";
        let socket = handshake(daemon, request).await;
        assert!(socket.head.starts_with("HTTP/1.1 101 "), "{}", socket.head);
        socket
    }

    pub(crate) async fn listening_to(daemon: &TestDaemon, wallet: &str) -> Self {
        let mut socket = Self::open(daemon).await;
        socket.say(TEXT, format!(r#"{{"xpub": "{wallet}"}}"#).as_bytes()).await;
        socket.settle().await;
        socket
    }

    /// Sends a whole frame, masked as a client has to.
    pub(crate) async fn say(&mut self, opcode: u8, payload: &[u8]) {
        let mut bytes = vec![opcode];
        match payload.len() {
            length @ 0..126 => bytes.push(0x80 | u8::try_from(length).unwrap()),
            length => {
                bytes.push(0x80 | 127);
                bytes.extend((length as u64).to_be_bytes());
            }
        }
        let mask = [3, 141, 59, 26];
        bytes.extend(mask);
        bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        self.stream.write_all(&bytes).await.unwrap();
    }

    /// Waits until the daemon has read what was said: it answers a ping after it.
    pub(crate) async fn settle(&mut self) {
        self.say(PING, b"settled").await;
        assert_eq!(self.next().await, Some((PONG, b"settled".to_vec())));
    }

    /// The next frame: its first byte and its payload. `None` at the end of the connection.
    pub(crate) async fn next(&mut self) -> Option<(u8, Vec<u8>)> {
        let first = self.stream.read_u8().await.ok()?;
        let length = match self.stream.read_u8().await.unwrap() {
            126 => u64::from(self.stream.read_u16().await.unwrap()),
            127 => self.stream.read_u64().await.unwrap(),
            length => u64::from(length),
        };
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        self.stream.read_exact(&mut payload).await.unwrap();
        Some((first, payload))
    }

    /// The next frame, which is a text.
    pub(crate) async fn text(&mut self) -> String {
        let (first, payload) = self.next().await.unwrap();
        assert_eq!(first, TEXT);
        String::from_utf8(payload).unwrap()
    }

    /// The texts that have come and were not taken yet. What is asked after them is answered after them.
    pub(crate) async fn rest(&mut self) -> Vec<String> {
        self.say(PING, b"rest").await;
        let mut texts = Vec::new();
        loop {
            match self.next().await.unwrap() {
                (PONG, payload) => {
                    assert_eq!(payload, b"rest");
                    return texts;
                }
                (first, payload) => {
                    assert_eq!(first, TEXT);
                    texts.push(String::from_utf8(payload).unwrap());
                }
            }
        }
    }

    /// The events that have come, and the wallet of each.
    pub(crate) async fn events(&mut self) -> Vec<(Value, Value)> {
        let read = |text: &String| -> Value { serde_json::from_str(text).unwrap() };
        self.rest()
            .await
            .iter()
            .map(read)
            .map(|frame| (frame["updates"][0].clone(), frame["wallet"].clone()))
            .collect()
    }
}
