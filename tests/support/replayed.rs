//! A daemon that says what a real one once said: its frames on the websocket, its answers to `get_updates`.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

/// What is still to be said.
#[derive(Default)]
pub struct Replayed {
    /// For the one websocket that is opened.
    pub frames: Vec<String>,
    /// Answers to `get_updates`, as JSON text, by the wallet's key; then `[]`.
    pub answers: Mutex<HashMap<String, VecDeque<String>>>,
}

impl Replayed {
    /// Serves on a free port until the test's runtime ends.
    pub async fn start(self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let this = Arc::new(self);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&this).serve(stream));
            }
        });
        addr
    }

    async fn serve(self: Arc<Self>, mut stream: TcpStream) {
        while let Some((head, body)) = request(&mut stream).await {
            let header = |name: &str| {
                let of = |line: &str| {
                    let (key, value) = line.split_once(": ")?;
                    key.eq_ignore_ascii_case(name).then(|| value.to_owned())
                };
                head.lines().find_map(of)
            };
            if let Some(key) = header("sec-websocket-key") {
                let accept = derive_accept_key(key.as_bytes());
                let answer = format!(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\
                     Sec-WebSocket-Accept: {accept}\r\n\r\n"
                );
                if stream.write_all(answer.as_bytes()).await.is_ok() {
                    self.speak(stream).await;
                }
                return;
            }
            let (status, answer) = match body.is_empty() {
                // `/spec`, of which nothing is needed here.
                true => ("404 Not Found", "404: Not Found".to_owned()),
                false => ("200 OK", self.answer(&body)),
            };
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {}\r\n\r\n{answer}",
                answer.len()
            );
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    async fn speak(&self, stream: TcpStream) {
        let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
        for frame in &self.frames {
            if socket.send(Message::text(frame.as_str())).await.is_err() {
                return;
            }
        }
        // Answers pings, until the other side goes.
        while let Some(Ok(_)) = socket.next().await {}
    }

    fn answer(&self, body: &str) -> String {
        let request: Value = serde_json::from_str(body).unwrap();
        if request["method"] != "get_updates" {
            let error = r#"{"code": -32601, "message": "Procedure not found"}"#;
            return format!(r#"{{"jsonrpc": "2.0", "error": {error}, "id": 0}}"#);
        }
        let xpub = &request["params"]["xpub"];
        let wallet = match (xpub["xpub"].as_str(), xpub["contract"].as_str()) {
            (Some(address), Some(contract)) => format!("{address}_{contract}"),
            _ => xpub.as_str().unwrap().to_owned(),
        };
        let next = self.answers.lock().unwrap().get_mut(&wallet).and_then(VecDeque::pop_front);
        format!(r#"{{"jsonrpc": "2.0", "result": {}, "id": 0}}"#, next.as_deref().unwrap_or("[]"))
    }
}

/// The next request's head and body.
async fn request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some((head.to_owned(), body.to_owned()));
            }
        }
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return None;
        }
    }
}
