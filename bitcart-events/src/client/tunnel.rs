//! A tunnel through a proxy for HTTP, for a websocket without TLS.
//!
//! What has no TLS goes to a proxy for HTTP as a request that the proxy repeats, and proxies do not repeat an upgrade:
//! `Upgrade` is for one connection alone (RFC 9110, section 7.8). A websocket's client asks the proxy for a connection
//! instead (`CONNECT`: RFC 6455, section 4.1; RFC 9110, section 9.3.6), and begins the websocket on it.

use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{HOST, PROXY_AUTHORIZATION};
use hyper::rt::{Read, Write};
use hyper::service::Service;
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::client::proxy::matcher::Intercept;
use hyper_util::service::TowerToHyperService;

use super::proxy::Proxy;
use super::{Client, http};
use crate::{BoxError, Result};

/// A connection to a proxy, or one that it made: in a box, so that HTTP is compiled for one kind of connection, not for
/// two. The code of a program is most of the memory that it holds while it waits.
type Stream = Box<dyn ReadWrite>;

trait ReadWrite: Read + Write + Unpin + Send {}

impl<T: Read + Write + Unpin + Send> ReadWrite for T {}

/// Where a request goes, and as what.
struct Target {
    /// Host and port: a tunnel's end always has both.
    authority: String,
    path: String,
}

impl Client {
    /// Sends a request, through a tunnel if it needs one. The answer may switch protocols.
    pub(super) async fn send_to_upgrade(
        &self,
        path: &str,
        request: reqwest::RequestBuilder,
    ) -> Result<reqwest::Response> {
        let unreachable = |error| self.unreachable(path, error);
        let request = request.build().map_err(unreachable)?;
        match self.daemon.http().proxy().and_then(|proxy| Some((proxy, proxy.intercept()?))) {
            // To a daemon with TLS, reqwest makes a tunnel by itself.
            Some((proxy, hop)) if request.url().scheme() == "http" => {
                self.send_through(proxy, hop, path, request).await
            }
            _ => self.http()?.execute(request).await.map_err(unreachable),
        }
    }

    async fn send_through(
        &self,
        proxy: &Proxy,
        hop: &Intercept,
        path: &str,
        request: reqwest::Request,
    ) -> Result<reqwest::Response> {
        let lost = |error: BoxError| {
            self.trouble(path, &format!("cannot reach it through the proxy {proxy}")).because(error)
        };
        let target = Target::of(&request);
        let tunnel = self.tunnel(proxy, hop, path, &target.authority).await?;
        let request = target.direct(request).map_err(lost)?;
        let answer = exchange(Box::new(tunnel), request).await.map_err(|error| lost(error.into()))?;
        Ok(answer.map(reqwest::Body::wrap).into())
    }

    /// A connection to `authority` that the proxy makes.
    async fn tunnel(
        &self,
        proxy: &Proxy,
        hop: &Intercept,
        path: &str,
        authority: &str,
    ) -> Result<hyper::upgrade::Upgraded> {
        let trouble = |what: &str| self.trouble(path, &format!("the proxy {proxy} {what}"));
        let no_answer = |error: hyper::Error| {
            trouble(&format!("does not answer when it is asked for a tunnel to {authority} (CONNECT)"))
                .because(error)
        };
        let connector = TowerToHyperService::new(self.daemon.http().connector(proxy)?);
        let stream = reach(connector, hop.uri().clone()).await.map_err(|error| {
            trouble(&format!("on the way to it: {}", http::summary(&*error))).because(error)
        })?;
        let request = connect(authority, hop).map_err(|error| trouble("cannot be asked").because(error))?;
        let answer = exchange(Box::new(stream), request).await.map_err(no_answer)?;
        match answer.status() {
            status if status.is_success() => hyper::upgrade::on(answer).await.map_err(no_answer),
            StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                Err(trouble("does not accept the login in its address, or wants one (HTTP 407)"))
            }
            // What squid answers for a port that its rules do not name, and tinyproxy with `ConnectPort`.
            StatusCode::FORBIDDEN => Err(trouble(&format!(
                "does not allow a tunnel to {authority} (HTTP 403); its rules have to allow CONNECT to this port, for the websocket"
            ))),
            status => Err(trouble(&format!(
                "answers HTTP {status} when it is asked for a tunnel to {authority} (CONNECT)"
            ))),
        }
    }
}

/// The request for a tunnel.
fn connect(authority: &str, hop: &Intercept) -> Result<Request<reqwest::Body>, BoxError> {
    let uri: Uri = authority.parse()?;
    let request = Request::builder().method(Method::CONNECT).uri(uri).header(HOST, authority);
    let login = hop.basic_auth();
    let request =
        login.into_iter().fold(request, |request, login| request.header(PROXY_AUTHORIZATION, login));
    Ok(request.body(reqwest::Body::default())?)
}

/// Makes a connection, and tells what is wrong with it in the same way for each kind.
async fn reach<S>(connector: S, to: Uri) -> Result<S::Response, BoxError>
where
    S: Service<Uri, Error: Into<BoxError>>,
{
    connector.call(to).await.map_err(Into::into)
}

/// One request on a connection of its own, which may then be upgraded.
async fn exchange(stream: Stream, request: Request<reqwest::Body>) -> hyper::Result<Response<Incoming>> {
    let (mut sender, connection) = http1::handshake(stream).await?;
    // It ends with the answer's body, with the upgrade, or when nobody waits for the answer any more.
    tokio::spawn(connection.with_upgrades().map(drop).boxed());
    sender.send_request(request).await
}

impl Target {
    fn of(request: &reqwest::Request) -> Self {
        let url = request.url();
        // A daemon's address has a host, and HTTP a port: `Daemon::new` has looked.
        let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(80));
        Self { authority: format!("{host}:{port}"), path: url.path().to_owned() }
    }

    /// The request as a server receives it that is asked without a proxy.
    fn direct(self, request: reqwest::Request) -> Result<Request<reqwest::Body>, BoxError> {
        let mut request = Request::<reqwest::Body>::try_from(request)?;
        *request.uri_mut() = self.path.parse()?;
        request.headers_mut().insert(HOST, self.authority.parse()?);
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpSocket, TcpStream};

    use super::*;
    use crate::{Currency, Daemon, ErrorKind};

    /// A proxy, and a client whose way to a daemon leads through it.
    async fn proxy(daemon: &str) -> (TcpListener, String, Client) {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (addr, client) = through(socket.local_addr().unwrap(), daemon);
        (socket, addr, client)
    }

    fn through(addr: SocketAddr, daemon: &str) -> (String, Client) {
        let daemon = Daemon::new(daemon).unwrap().proxy(format!("http://me:hunter%3A22@{addr}")).unwrap();
        (addr.to_string(), Client::new(Currency::Btc, daemon))
    }

    async fn head(stream: &mut TcpStream) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        String::from_utf8(head).unwrap()
    }

    /// Answers one connection's requests, then closes it. What it was asked.
    async fn answer(socket: TcpListener, answers: &[&str]) -> Vec<String> {
        let (mut stream, _) = socket.accept().await.unwrap();
        let mut asked = Vec::new();
        for answer in answers {
            asked.push(head(&mut stream).await);
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        asked
    }

    const OPEN: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

    #[tokio::test]
    async fn a_tunnel_is_asked_for_and_the_daemon_never_sees_the_proxys_login() {
        // The port is named, though it is the one that HTTP has anyway.
        let (socket, _, client) = proxy("http://daemon.test").await;
        let none = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
        let answers = [OPEN, none];
        let (asked, opened) = tokio::join!(answer(socket, &answers), client.open_socket());
        assert!(opened.unwrap().is_none());
        let [tunnel, request] = asked.try_into().unwrap();
        // `me:hunter:22`
        let expected = "CONNECT daemon.test:80 HTTP/1.1\r\nhost: daemon.test:80\r\nproxy-authorization: Basic bWU6aHVudGVyOjIy\r\n\r\n";
        assert_eq!(tunnel, expected);
        assert!(request.starts_with("GET /ws HTTP/1.1\r\n"), "{request}");
        let lines =
            ["host: daemon.test:80", "authorization: Basic ZWxlY3RydW06ZWxlY3RydW16", "upgrade: websocket"];
        for line in lines {
            assert!(request.contains(&format!("\r\n{line}\r\n")), "{request}");
        }
        assert!(!request.contains("proxy-"), "{request}");
    }

    #[tokio::test]
    async fn a_proxy_that_opens_no_tunnel_is_named_without_its_login() {
        let cases: [(&[&str], &str); 6] = [
            (
                &["HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno"],
                "does not accept the login",
            ),
            (
                &["HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"],
                "does not allow a tunnel to daemon.test:5000",
            ),
            // Not that the daemon has no websocket.
            (&["HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"], "answers HTTP 404 Not Found"),
            (&["HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"], "answers HTTP 502 Bad Gateway"),
            (&[""], "does not answer"),
            (&[OPEN, ""], "cannot reach it through the proxy"),
        ];
        for (answers, expected) in cases {
            let (socket, addr, client) = proxy("http://daemon.test:5000").await;
            let (_, opened) = tokio::join!(answer(socket, answers), client.open_socket());
            let error = opened.map(drop).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Connection);
            let shown = error.to_string();
            assert!(
                shown.contains(expected) && shown.contains(&format!("the proxy http://{addr}")),
                "{shown}"
            );
            assert!(!shown.contains("hunter"), "{shown}");
        }
    }

    #[tokio::test]
    async fn a_proxy_that_is_not_there_is_named() {
        // Bound, so that nobody else gets the port, but not listening.
        let held = TcpSocket::new_v4().unwrap();
        held.bind(([127, 0, 0, 1], 0).into()).unwrap();
        let (addr, client) = through(held.local_addr().unwrap(), "http://daemon.test:5000");
        let error = client.open_socket().await.map(drop).unwrap_err().to_string();
        let expected = format!("the proxy http://{addr} on the way to it: cannot reach it");
        assert!(error.contains(&expected) && !error.contains("hunter"), "{error}");
    }

    #[tokio::test]
    async fn a_proxy_that_keeps_silent_is_given_up_with_the_handshake() {
        let (socket, _, client) = proxy("http://daemon.test:5000").await;
        let asked = async {
            let (mut stream, _) = socket.accept().await.unwrap();
            head(&mut stream).await;
            tokio::time::pause();
            // Closed by the client, whose patience is at an end.
            assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
        };
        let ((), opened) = tokio::join!(asked, client.open_socket());
        let error = opened.map(drop).unwrap_err().to_string();
        assert!(error.contains("no answer to the handshake within 20s"), "{error}");
    }
}
