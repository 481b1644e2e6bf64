//! HTTP to a daemon: one client for all that share the daemon.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

#[cfg(all(feature = "websocket", feature = "proxy", feature = "tls"))]
use hyper_rustls::HttpsConnector;
#[cfg(all(feature = "websocket", feature = "proxy"))]
use hyper_util::client::legacy::connect::HttpConnector;
#[cfg(feature = "tls")]
use rustls::pki_types::CertificateDer;

use super::proxy::Proxy;
#[cfg(feature = "tls")]
use crate::tls::{self, Trust};
use crate::{Error, ErrorKind, Result};

const CONNECT: Duration = Duration::from_secs(10);
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// How a daemon is reached. Clones share the client, and with it the trust that was loaded for it.
#[derive(Clone, Default)]
pub(super) struct Http {
    proxy: Option<Proxy>,
    #[cfg(feature = "tls")]
    roots: Vec<CertificateDer<'static>>,
    made: Arc<OnceLock<Result<reqwest::Client>>>,
}

impl Http {
    pub(super) fn through(mut self, proxy: Proxy) -> Self {
        self.proxy = Some(proxy);
        self.made = Arc::default();
        self
    }

    pub(super) fn proxy(&self) -> Option<&Proxy> {
        self.proxy.as_ref()
    }

    #[cfg(feature = "tls")]
    pub(super) fn trusting(mut self, roots: Vec<CertificateDer<'static>>) -> Self {
        self.roots.extend(roots);
        self.made = Arc::default();
        self
    }

    /// The client for a daemon's address, made at first use.
    pub(super) fn client(&self, url: &str) -> Result<&reqwest::Client> {
        self.made.get_or_init(|| self.build(url)).as_ref().map_err(Error::again)
    }

    /// Makes connections to the proxy, as those of the client.
    #[cfg(all(feature = "websocket", feature = "proxy", feature = "tls"))]
    pub(super) fn connector(&self, proxy: &Proxy) -> Result<HttpsConnector<HttpConnector>> {
        Ok((tcp(), self.tls_config(proxy.is_tls())?).into())
    }

    /// Makes connections to the proxy, as those of the client.
    #[cfg(all(feature = "websocket", feature = "proxy", not(feature = "tls")))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as with the feature")]
    pub(super) fn connector(&self, _proxy: &Proxy) -> Result<HttpConnector> {
        Ok(tcp())
    }

    /// HTTP/1.1, because a daemon speaks nothing else, and a websocket begins with it.
    fn build(&self, url: &str) -> Result<reqwest::Client> {
        // A proxy of the environment is meant for the web, not for a daemon and its password.
        let mut builder = reqwest::Client::builder().no_proxy().connect_timeout(CONNECT);
        if let Some(proxy) = &self.proxy {
            builder = builder.proxy(proxy.get());
        }
        // A daemon never redirects: whatever does is not one, and need not see the password again.
        builder = builder.redirect(reqwest::redirect::Policy::none());
        // A connection that was kept may be half open, and `get_updates` on it would wait without end.
        builder = builder.pool_max_idle_per_host(0).tcp_keepalive(KEEP_ALIVE);
        self.with_tls(builder, url)?
            .build()
            .map_err(|error| Error::new(ErrorKind::Connection, NO_CLIENT).because(error))
    }

    #[cfg(feature = "tls")]
    fn with_tls(&self, builder: reqwest::ClientBuilder, url: &str) -> Result<reqwest::ClientBuilder> {
        let is_tls = url.starts_with("https:") || self.proxy.as_ref().is_some_and(Proxy::is_tls);
        Ok(builder.tls_backend_preconfigured(self.tls_config(is_tls)?))
    }

    #[cfg(feature = "tls")]
    fn tls_config(&self, is_tls: bool) -> Result<rustls::ClientConfig> {
        let trust = match (is_tls, self.roots.as_slice()) {
            (false, _) => Trust::Nobody,
            (true, []) => Trust::System,
            (true, roots) => Trust::Only(roots),
        };
        let none = matches!(trust, Trust::System).then_some(
            "the operating system names no certificate to trust; give the daemon's to `Daemon::root_certificate`",
        );
        tls::config(trust)
            .map_err(|error| Error::new(ErrorKind::Connection, none.unwrap_or(NO_CLIENT)).because(error))
    }

    #[cfg(not(feature = "tls"))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as with the feature")]
    fn with_tls(&self, builder: reqwest::ClientBuilder, _url: &str) -> Result<reqwest::ClientBuilder> {
        Ok(builder)
    }
}

const NO_CLIENT: &str = "cannot make an HTTP client";

#[cfg(all(feature = "websocket", feature = "proxy"))]
fn tcp() -> HttpConnector {
    let mut tcp = HttpConnector::new();
    tcp.set_connect_timeout(Some(CONNECT));
    tcp.set_keepalive(Some(KEEP_ALIVE));
    tcp.set_nodelay(true);
    // TLS is its user's business.
    tcp.enforce_http(false);
    tcp
}

/// What to say first of an error on the way.
pub(super) fn summary(error: &(dyn std::error::Error + 'static)) -> &'static str {
    let (mut causes, mut next) = (String::new(), Some(error));
    while let Some(cause) = next {
        causes += &format!("{cause} ");
        next = cause.source();
    }
    if causes.contains("UnknownIssuer") {
        "its certificate is not trusted (name a self-signed one, or its authority's, in the setting `…_ROOT_CERTIFICATE`, or give it to `Daemon::root_certificate`)"
    } else if causes.contains("InvalidContentType") {
        "what answers there speaks no TLS, as `https://` says"
    } else if causes.contains("CaUsedAsEndEntity") {
        "its certificate calls itself an authority's, which a server's must not (make one with `basicConstraints=CA:FALSE`)"
    } else {
        "cannot reach it"
    }
}
