//! A client that sends bytes as they are and reads what comes back: a test sees exactly what a daemon would see.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// An address that refuses connections as long as the socket lives: bound, so that nobody else gets the port, but not
/// listening.
pub fn closed_port() -> io::Result<(TcpSocket, SocketAddr)> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(([127, 0, 0, 1], 0).into())?;
    let addr = socket.local_addr()?;
    Ok((socket, addr))
}

/// Posts JSON over a connection of its own. `None`: the connection was closed without an answer.
pub async fn post(addr: SocketAddr, path: &str, body: &str) -> Option<u16> {
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = Connection::open(addr).await.unwrap().send(request.as_bytes()).await.unwrap();
    answer.map(|answer| answer.status)
}

/// One connection, kept open between requests as long as the server keeps it.
pub struct Connection(TcpStream);

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: String,
}

/// A server that hangs fails the test instead of stopping it.
const PATIENCE: Duration = Duration::from_secs(60);

impl Connection {
    pub async fn open(addr: SocketAddr) -> io::Result<Self> {
        TcpStream::connect(addr).await.map(Self)
    }

    /// Sends a request. `None`: the connection was closed without an answer.
    pub async fn send(&mut self, request: &[u8]) -> io::Result<Option<Answer>> {
        let exchange = async {
            self.0.write_all(request).await?;
            self.answer().await
        };
        tokio::time::timeout(PATIENCE, exchange).await?
    }

    async fn answer(&mut self) -> io::Result<Option<Answer>> {
        let mut received = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&received);
            if let Some((head, body)) = text.split_once("\r\n\r\n")
                && body.len() >= content_length(head)?
            {
                let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
                let status = status.ok_or_else(|| invalid(head))?;
                return Ok(Some(Answer { status, head: head.to_owned(), body: body.to_owned() }));
            }
            match self.0.read_buf(&mut received).await {
                Ok(0) if received.is_empty() => return Ok(None),
                Ok(0) => return Err(invalid(&String::from_utf8_lossy(&received))),
                Ok(_) => {}
                // What a close looks like if the server had not read the whole request by then.
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset && received.is_empty() => {
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().filter_map(|line| line.split_once(": ")).find_map(|(known, value)| {
        let found = known.eq_ignore_ascii_case(name);
        found.then_some(value)
    })
}

fn content_length(head: &str) -> io::Result<usize> {
    header(head, "content-length").and_then(|length| length.parse().ok()).ok_or_else(|| invalid(head))
}

fn invalid(answer: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not a whole answer: {answer:?}"))
}
