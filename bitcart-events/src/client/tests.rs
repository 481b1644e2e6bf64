//! How a request begins, over a socket.

use std::io::{Read, Write};
use std::net::TcpListener;

use super::*;

/// A websocket begins as such a request, with the same login, and the same way to the daemon.
#[tokio::test]
async fn a_request_with_the_login_can_be_upgraded() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = socket.accept().unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.extend(byte);
        }
        let answer = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8(head).unwrap().to_lowercase()
    });
    let client = Client::new(Currency::Btc, Daemon::new(url).unwrap());
    let request = client.get("/ws").unwrap().header("connection", "upgrade").header("upgrade", "websocket");
    let response = request.send().await.unwrap();
    assert_eq!(response.status().as_u16(), 101);
    response.upgrade().await.unwrap();
    let head = server.join().unwrap();
    assert!(head.starts_with("get /ws http/1.1\r\n"), "{head}");
    assert!(head.contains("authorization: basic zwxly3rydw06zwxly3rydw16\r\n"), "{head}");
}
