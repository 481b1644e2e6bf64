//! Ways to a daemon: TLS in front of it, and proxies that look at what passes.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

async fn listen() -> (TcpListener, SocketAddr) {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = socket.local_addr().unwrap();
    (socket, addr)
}

async fn pass(mut from: impl AsyncRead + AsyncWrite + Unpin, to: SocketAddr) {
    let mut to = TcpStream::connect(to).await.unwrap();
    // A connection that is torn down is none of the test's business.
    let _ = copy_bidirectional(&mut from, &mut to).await;
}

/// Speaks TLS with this certificate, and passes on what comes to `to`.
pub async fn tls(certificate: &rcgen::Certificate, key: &rcgen::KeyPair, to: SocketAddr) -> SocketAddr {
    let certificate = CertificateDer::from(certificate.der().to_vec());
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let config = config.with_single_cert(vec![certificate], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (socket, addr) = listen().await;
    tokio::spawn(async move {
        loop {
            let (stream, _) = socket.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A client that does not trust the certificate ends it here.
                if let Ok(stream) = acceptor.accept(stream).await {
                    pass(stream, to).await;
                }
            });
        }
    });
    addr
}

/// What a proxy was asked: for whom, and with which login.
pub type Asked = mpsc::UnboundedReceiver<(String, Option<String>)>;
type Tell = mpsc::UnboundedSender<(String, Option<String>)>;

/// A proxy for HTTP that reaches `to`, whatever it is asked for. As real ones it does not repeat an upgrade.
pub async fn http_proxy(to: SocketAddr) -> (SocketAddr, Asked) {
    let (tell, asked) = mpsc::unbounded_channel();
    let (socket, addr) = listen().await;
    tokio::spawn(async move {
        loop {
            let (stream, _) = socket.accept().await.unwrap();
            tokio::spawn(forward(stream, to, tell.clone()));
        }
    });
    (addr, asked)
}

async fn forward(mut stream: TcpStream, to: SocketAddr, tell: Tell) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let text = String::from_utf8(head.clone()).unwrap();
    let first = text.lines().next().unwrap().to_owned();
    let mut headers = text.lines().filter_map(|line| line.split_once(": "));
    let login = headers.find(|(name, _)| name.eq_ignore_ascii_case("proxy-authorization"));
    let login = login.map(|(_, value)| value.to_owned());
    tell.send((first.clone(), login)).unwrap();
    if first.starts_with("CONNECT ") {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        return pass(stream, to).await;
    }
    if text.to_lowercase().contains("\r\nupgrade: ") {
        return stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    }
    let mut upstream = TcpStream::connect(to).await.unwrap();
    upstream.write_all(&head).await.unwrap();
    let _ = copy_bidirectional(&mut stream, &mut upstream).await;
}

/// A SOCKS 5 proxy (RFC 1928, with the login of RFC 1929) that reaches `to`, whatever it is asked for.
pub async fn socks_proxy(to: SocketAddr) -> (SocketAddr, Asked) {
    let (tell, asked) = mpsc::unbounded_channel();
    let (socket, addr) = listen().await;
    tokio::spawn(async move {
        loop {
            let (stream, _) = socket.accept().await.unwrap();
            tokio::spawn(socks(stream, to, tell.clone()));
        }
    });
    (addr, asked)
}

async fn socks(mut stream: TcpStream, to: SocketAddr, tell: Tell) {
    let [5, methods] = read(&mut stream, 2).await[..] else { panic!("not SOCKS 5") };
    let methods = read(&mut stream, methods.into()).await;
    let with_login = methods.contains(&2);
    stream.write_all(&[5, if with_login { 2 } else { 0 }]).await.unwrap();
    let mut login = None;
    if with_login {
        assert_eq!(stream.read_u8().await.unwrap(), 1);
        let (name, password) = (text(&mut stream).await, text(&mut stream).await);
        login = Some(format!("{name}:{password}"));
        stream.write_all(&[1, 0]).await.unwrap();
    }
    let host = match read(&mut stream, 4).await[..] {
        [5, 1, 0, 1] => format!("{:?}", read(&mut stream, 4).await),
        [5, 1, 0, 3] => text(&mut stream).await,
        ref other => panic!("not a CONNECT: {other:?}"),
    };
    let port = stream.read_u16().await.unwrap();
    tell.send((format!("{host}:{port}"), login)).unwrap();
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
    pass(stream, to).await;
}

async fn read(stream: &mut TcpStream, bytes: usize) -> Vec<u8> {
    let mut buffer = vec![0; bytes];
    stream.read_exact(&mut buffer).await.unwrap();
    buffer
}

async fn text(stream: &mut TcpStream) -> String {
    let length = stream.read_u8().await.unwrap();
    String::from_utf8(read(stream, length.into()).await).unwrap()
}
