//! Where a daemon sends its webhooks.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;

pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// What a receiver does with a request it has read.
#[derive(Clone, Copy)]
pub(crate) enum Reaction {
    Answer(&'static str),
    Close,
    /// Answers the first request of a connection, and closes without an answer on the second.
    AnswerOnce(&'static str),
    Hang,
}

/// A plain socket that reads requests and keeps their bytes.
pub(crate) struct Receiver {
    pub(crate) port: u16,
    requests: mpsc::UnboundedReceiver<String>,
}

impl Receiver {
    pub(crate) async fn start(reaction: Reaction) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(react(stream, reaction, sender.clone()));
            }
        });
        Self { port, requests }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) async fn next(&mut self) -> String {
        self.requests.recv().await.unwrap()
    }

    /// What has come and was not taken yet.
    pub(crate) fn rest(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.requests.try_recv().ok()).collect()
    }

    /// A captured webhook, as it would read if it had come here.
    pub(crate) fn translate(&self, captured: &str) -> String {
        let host = captured.lines().find(|line| line.starts_with("Host: ")).unwrap();
        captured.replace(host, &format!("Host: 127.0.0.1:{}", self.port))
    }
}

async fn react(mut stream: TcpStream, reaction: Reaction, sender: mpsc::UnboundedSender<String>) {
    let mut bytes = Vec::new();
    let mut answered = false;
    loop {
        while let Some(length) = request_length(&bytes) {
            let request: Vec<u8> = bytes.drain(..length).collect();
            let _ = sender.send(String::from_utf8(request).unwrap());
            match reaction {
                Reaction::Answer(answer) => stream.write_all(answer.as_bytes()).await.unwrap(),
                Reaction::AnswerOnce(answer) if !answered => {
                    stream.write_all(answer.as_bytes()).await.unwrap()
                }
                Reaction::Close | Reaction::AnswerOnce(_) => return,
                Reaction::Hang => std::future::pending().await,
            }
            answered = true;
        }
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
    }
}

/// The length of the first request in `bytes`, if it is there in full.
fn request_length(bytes: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
    let length = length.map_or(0, |length| length.parse().unwrap());
    (body.len() >= length).then_some(head.len() + 4 + length)
}

/// A port where connections are refused, for as long as the socket lives.
pub(crate) fn refusing() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}/h", socket.local_addr().unwrap());
    (socket, url)
}
