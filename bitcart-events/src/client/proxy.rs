//! The proxy on the way to a daemon.

use std::fmt;

#[cfg(all(feature = "websocket", feature = "proxy"))]
use hyper::Uri;
#[cfg(all(feature = "websocket", feature = "proxy"))]
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use super::address::without_login;
use super::features::{needs_proxy, needs_socks, needs_tls};
use crate::{Error, ErrorKind, Result};

/// A proxy. Its address may have a login in it, so only scheme, host and port are ever shown.
#[derive(Clone)]
pub(super) struct Proxy {
    shown: String,
    proxy: reqwest::Proxy,
    /// Where it is and its login, if it is one for HTTP.
    #[cfg(all(feature = "websocket", feature = "proxy"))]
    intercept: Option<Intercept>,
}

impl Proxy {
    pub(super) fn new(url: &str) -> Result<Self> {
        let wrong = |what: &str| {
            Error::new(
                ErrorKind::Settings,
                format!(
                    "the address of a proxy is like `socks5h://localhost:9050` or `http://proxy:3128`; {what}"
                ),
            )
        };
        // What has a login in it is not shown.
        let none = || wrong(&format!("{} is none", without_login(url)));
        let parsed = reqwest::Url::parse(url).map_err(|error| none().because(error))?;
        let scheme = parsed.scheme();
        match scheme {
            "http" => needs_proxy(scheme)?,
            "https" => needs_proxy(scheme).and_then(|()| needs_tls("a proxy's address with `https://`"))?,
            "socks4" | "socks4a" | "socks5" | "socks5h" => needs_socks(scheme)?,
            other => return Err(wrong(&format!("`{other}` is no kind of proxy"))),
        }
        let host =
            parsed.host_str().filter(|host| !host.is_empty()).ok_or_else(|| wrong("this has no host"))?;
        if !matches!(parsed.path(), "" | "/") || parsed.query().is_some() || parsed.fragment().is_some() {
            return Err(wrong("it has no path"));
        }
        let port = parsed.port().map(|port| format!(":{port}")).unwrap_or_default();
        let shown = format!("{scheme}://{host}{port}");
        // The error would show the address.
        let proxy = reqwest::Proxy::all(url).map_err(|_| none())?;
        Ok(Self {
            shown,
            proxy,
            #[cfg(all(feature = "websocket", feature = "proxy"))]
            intercept: intercept(&parsed),
        })
    }

    /// Where to ask for a tunnel, and with which login. `None` if it is no proxy for HTTP.
    #[cfg(all(feature = "websocket", feature = "proxy"))]
    pub(super) fn intercept(&self) -> Option<&Intercept> {
        self.intercept.as_ref()
    }

    /// Whether one speaks TLS to the proxy itself.
    #[cfg(feature = "tls")]
    pub(super) fn is_tls(&self) -> bool {
        self.shown.starts_with("https:")
    }

    pub(super) fn get(&self) -> reqwest::Proxy {
        self.proxy.clone()
    }
}

/// It is read in the same way as reqwest does, so that both send the same login.
#[cfg(all(feature = "websocket", feature = "proxy"))]
fn intercept(url: &reqwest::Url) -> Option<Intercept> {
    let is_for_http = matches!(url.scheme(), "http" | "https");
    let matcher = Matcher::builder().all(url.as_str()).build();
    matcher.intercept(&Uri::from_static("http://daemon")).filter(|_| is_for_http)
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}
