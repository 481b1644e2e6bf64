//! TLS and proxies on the way to a daemon, over real sockets.

mod support;
#[path = "support/ways.rs"]
mod ways;

use std::net::SocketAddr;
use std::time::Duration;

use bitcart_events::testing::TestDaemon;
use bitcart_events::{Coin, Currency, Daemon, ErrorKind};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use support::listening::{self, Listening};
use support::scripted::{Scripted, answer};
use ways::{http_proxy, socks_proxy, tls};

/// A daemon that can answer a few calls, and where it is.
async fn daemon() -> SocketAddr {
    let mut script = Scripted::default();
    for _ in 0..4 {
        script = script.on("getbalance", answer("btc_rpc", "getbalance"));
    }
    let shown = format!("{:?}", script.serve().await);
    shown.split("//").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap()
}

fn coin(daemon: Daemon) -> Coin {
    Coin::at(Currency::Btc, daemon, "vpub")
}

fn params(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).unwrap()
}

#[tokio::test]
async fn a_self_signed_certificate_is_accepted_when_it_is_given() {
    let key = KeyPair::generate().unwrap();
    let certificate = params("localhost").self_signed(&key).unwrap();
    let port = tls(&certificate, &key, daemon().await).await.port();
    let url = format!("https://localhost:{port}");

    let stranger = coin(Daemon::new(&url).unwrap()).balance().await.unwrap_err();
    assert_eq!(stranger.kind(), ErrorKind::Connection);
    assert!(
        stranger.to_string().contains("`…_ROOT_CERTIFICATE`, or give it to `Daemon::root_certificate`"),
        "{stranger}"
    );

    let trusting = Daemon::new(&url).unwrap().root_certificate(certificate.pem()).unwrap();
    coin(trusting).balance().await.unwrap();
    // However the address is written.
    let loud = Daemon::new(format!(" HTTPS://LOCALHOST:{port} ")).unwrap();
    let loud = coin(loud.root_certificate(certificate.pem()).unwrap());
    loud.balance().await.unwrap();
    // Behind it stands a path.
    loud.spec().await.unwrap();

    // It is for this name alone.
    let other = Daemon::new(format!("https://127.0.0.1:{port}")).unwrap();
    let error = coin(other.root_certificate(certificate.pem()).unwrap()).balance().await.unwrap_err();
    assert!(error.to_string().contains("not valid for name"), "{error}");
    // And another's is no help.
    let other = params("localhost").self_signed(&KeyPair::generate().unwrap()).unwrap();
    let other = Daemon::new(&url).unwrap().root_certificate(other.pem()).unwrap();
    assert!(coin(other).balance().await.is_err());
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted() {
    let mut authority = params("an authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = params("localhost").signed_by(&key, &authority).unwrap();
    let port = tls(&certificate, &key, daemon().await).await.port();
    let daemon = Daemon::new(format!("https://localhost:{port}")).unwrap();
    coin(daemon.root_certificate(authority.pem()).unwrap()).balance().await.unwrap();
}

#[tokio::test]
async fn an_authoritys_certificate_on_a_server_is_explained() {
    let mut params = params("localhost");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let port = tls(&certificate, &key, daemon().await).await.port();
    let daemon = Daemon::new(format!("https://localhost:{port}")).unwrap();
    let error = coin(daemon.root_certificate(certificate.pem()).unwrap()).balance().await.unwrap_err();
    assert!(error.to_string().contains("basicConstraints=CA:FALSE"), "{error}");
}

#[tokio::test]
async fn a_daemon_without_tls_is_told_from_one_that_is_away() {
    let url = format!("https://localhost:{}", daemon().await.port());
    let error = coin(Daemon::new(url).unwrap()).balance().await.unwrap_err();
    assert!(error.to_string().contains("speaks no TLS"), "{error}");
}

#[test]
fn what_is_no_certificate_is_refused_at_once() {
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for pem in ["", "secret", broken] {
        let error = Daemon::new("https://localhost").unwrap().root_certificate(pem).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Settings);
        assert!(error.to_string().contains("no certificate in PEM form"), "{error}");
    }
}

#[tokio::test]
async fn through_a_proxy_for_http() {
    let (proxy, mut asked) = http_proxy(daemon().await).await;
    let daemon = Daemon::new("http://daemon.test:5000").unwrap();
    let daemon = daemon.proxy(format!("http://me:p%40ss@{proxy}")).unwrap();
    coin(daemon.clone()).balance().await.unwrap();
    let (line, login) = asked.recv().await.unwrap();
    assert_eq!(line, "POST http://daemon.test:5000/ HTTP/1.1");
    // `me:p@ss`
    assert_eq!(login.unwrap(), "Basic bWU6cEBzcw==");
    assert_eq!(
        format!("{daemon:?}"),
        format!("Daemon(http://daemon.test:5000 as electrum, through http://{proxy})")
    );
}

#[tokio::test]
async fn through_a_proxy_for_http_with_tls() {
    let key = KeyPair::generate().unwrap();
    let certificate = params("daemon.test").self_signed(&key).unwrap();
    let (proxy, mut asked) = http_proxy(tls(&certificate, &key, daemon().await).await).await;
    let daemon =
        Daemon::new("https://daemon.test:5000").unwrap().root_certificate(certificate.pem()).unwrap();
    coin(daemon.proxy(format!("http://me:secret@{proxy}")).unwrap()).balance().await.unwrap();
    let (line, login) = asked.recv().await.unwrap();
    assert_eq!(line, "CONNECT daemon.test:5000 HTTP/1.1");
    assert!(login.unwrap().starts_with("Basic "));
}

#[tokio::test]
async fn through_a_socks_proxy() {
    let (proxy, mut asked) = socks_proxy(daemon().await).await;
    let onion = || Daemon::new("http://bitcartdaemon.onion:5000").unwrap();
    // With `socks5h` the proxy looks up the name, which nobody else could.
    coin(onion().proxy(format!("socks5h://me:p%40ss@{proxy}")).unwrap()).balance().await.unwrap();
    assert_eq!(asked.recv().await.unwrap(), ("bitcartdaemon.onion:5000".into(), Some("me:p@ss".into())));
    coin(onion().proxy(format!("socks5h://{proxy}")).unwrap()).balance().await.unwrap();
    assert_eq!(asked.recv().await.unwrap(), ("bitcartdaemon.onion:5000".into(), None));
    // With `socks5` it is looked up here.
    let local = Daemon::new("http://127.0.0.1:5000").unwrap().proxy(format!("socks5://{proxy}")).unwrap();
    coin(local).balance().await.unwrap();
    assert_eq!(asked.recv().await.unwrap().0, "[127, 0, 0, 1]:5000");
}

#[tokio::test]
async fn through_a_socks_proxy_with_tls() {
    let key = KeyPair::generate().unwrap();
    let certificate = params("bitcartdaemon.onion").self_signed(&key).unwrap();
    let (proxy, mut asked) = socks_proxy(tls(&certificate, &key, daemon().await).await).await;
    let daemon =
        Daemon::new("https://bitcartdaemon.onion").unwrap().root_certificate(certificate.pem()).unwrap();
    coin(daemon.proxy(format!("socks5h://{proxy}")).unwrap()).balance().await.unwrap();
    assert_eq!(asked.recv().await.unwrap().0, "bitcartdaemon.onion:443");
}

#[tokio::test]
async fn a_proxys_login_is_never_shown() {
    let (_held, closed) = support::connection::closed_port().unwrap();
    for scheme in ["http", "socks5h"] {
        let daemon = Daemon::new("http://daemon.test:5000").unwrap();
        let daemon = daemon.proxy(format!("{scheme}://me:hunter22@{closed}")).unwrap();
        let error = coin(daemon.clone()).balance().await.unwrap_err();
        for shown in [error.to_string(), format!("{daemon:?}")] {
            assert!(!shown.contains("hunter22"), "{shown}");
        }
    }
    for wrong in [
        "me:hunter22@proxy",
        "ftp://me:hunter22@proxy",
        "http://me:hunter22@proxy/path",
        "socks5h://",
        "http://me:hunter22@:99999",
    ] {
        let error = Daemon::new("http://daemon.test").unwrap().proxy(wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Settings);
        assert!(!error.to_string().contains("hunter22"), "{error}");
    }
}

/// Listens by websocket until an event has come.
async fn listen(today: &TestDaemon, daemon: Daemon) {
    let coin = Coin::at(Currency::Btc, daemon, "xpub-a");
    let mut seen = listening::record(&coin);
    let listening = Listening::by_websocket(coin.listener());
    let found = async {
        today.wait_filtered("xpub-a").await;
        today.wait_loaded("xpub-a").await;
    };
    tokio::time::timeout(Duration::from_secs(60), found).await.expect("no websocket came");
    today.mine(1).await;
    let block = seen.next().await;
    assert!(block.starts_with("block "), "{block}");
    listening.finish().await;
}

#[tokio::test]
async fn the_websocket_takes_the_same_way() {
    let today = listening::today().await;
    let key = KeyPair::generate().unwrap();
    let certificate = params("bitcartdaemon.onion").self_signed(&key).unwrap();
    let (proxy, mut asked) = socks_proxy(tls(&certificate, &key, today.addr()).await).await;
    let daemon =
        Daemon::new("https://bitcartdaemon.onion").unwrap().root_certificate(certificate.pem()).unwrap();
    listen(&today, daemon.proxy(format!("socks5h://{proxy}")).unwrap()).await;
    assert_eq!(asked.recv().await.unwrap().0, "bitcartdaemon.onion:443");
}

#[tokio::test]
async fn the_websocket_goes_through_a_tunnel_of_a_proxy_for_http() {
    let today = listening::today().await;
    let (proxy, mut asked) = http_proxy(today.addr()).await;
    let daemon = Daemon::new("http://daemon.test:5000").unwrap();
    listen(&today, daemon.proxy(format!("http://me:p%40ss@{proxy}")).unwrap()).await;
    let login = Some("Basic bWU6cEBzcw==".to_owned());
    assert_eq!(asked.recv().await.unwrap(), ("CONNECT daemon.test:5000 HTTP/1.1".to_owned(), login.clone()));
    // Its calls need none.
    while let Ok((line, of_call)) = asked.try_recv() {
        assert!(line.contains(" http://daemon.test:5000/") && of_call == login, "{line}");
    }
}

#[tokio::test]
async fn the_websocket_goes_through_a_tunnel_of_a_proxy_with_tls() {
    let today = listening::today().await;
    let (proxy, mut asked) = http_proxy(today.addr()).await;
    let key = KeyPair::generate().unwrap();
    let certificate = params("localhost").self_signed(&key).unwrap();
    let port = tls(&certificate, &key, proxy).await.port();
    let daemon = Daemon::new("http://daemon.test:5000").unwrap();
    let daemon = daemon.root_certificate(certificate.pem()).unwrap();
    listen(&today, daemon.proxy(format!("https://localhost:{port}")).unwrap()).await;
    assert_eq!(asked.recv().await.unwrap(), ("CONNECT daemon.test:5000 HTTP/1.1".to_owned(), None));
}
