//! Where a daemon is.

use std::fmt;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::address::without_login;
use super::features::needs_tls;
use super::http::Http;
use super::proxy::Proxy;
use crate::{Currency, Error, ErrorKind, Result};

/// The address of a currency's daemon, with login and password.
///
/// ```
/// use bitcart_events::Daemon;
///
/// let daemon = Daemon::new("http://10.0.0.7:5000")?.login("electrum", "secret")?;
/// assert!(!format!("{daemon:?}").contains("secret"));
/// # Ok::<(), bitcart_events::Error>(())
/// ```
///
/// Cheap to clone. Clones share one HTTP client: give clones of one `Daemon` to the coins of one daemon, or name the
/// wallets in an [`ApiManager`](crate::ApiManager), which does the same.
#[derive(Clone)]
pub struct Daemon {
    url: String,
    login: String,
    password: SecretString,
    time_limit: Duration,
    http: Http,
}

/// How long a call may take unless something else is set.
const TIME_LIMIT: Duration = Duration::from_secs(60);

impl Daemon {
    /// A daemon at this address, with the login and password that daemons have if nobody changed them:
    /// `electrum`, `electrumz`.
    ///
    /// `https://` needs the feature `tls`. The certificate has to be one that the operating system trusts, or a
    /// [given one](Self::root_certificate).
    ///
    /// # Errors
    /// When it is not an `http://` or `https://` address with nothing but a host and a port.
    pub fn new(url: impl Into<String>) -> Result<Self> {
        let url = url.into();
        let parsed = reqwest::Url::parse(&url).map_err(|error| {
            let message =
                format!("{} is not the address of a daemon, `http://HOST:PORT`", without_login(&url));
            Error::new(ErrorKind::Settings, message).because(error)
        })?;
        let bare = parsed.username().is_empty() && parsed.password().is_none() && parsed.path() == "/";
        if !matches!(parsed.scheme(), "http" | "https")
            || !bare
            || parsed.query().is_some()
            || parsed.fragment().is_some()
        {
            let message = format!(
                "{} is not the address of a daemon: it is `http://HOST:PORT` or `https://HOST:PORT`, without a path, and without login and password (those go to `login`)",
                without_login(&url)
            );
            return Err(Error::new(ErrorKind::Settings, message));
        }
        if parsed.scheme() == "https" {
            needs_tls("a daemon's address with `https://`")?;
        }
        // As it was understood: a scheme in capitals would not be seen to be TLS, and a path behind a space is part of no URL.
        let url = parsed.as_str().trim_end_matches('/').to_owned();
        Ok(Self { url, ..Self::default_of(Currency::Btc) })
    }

    /// Sets login and password.
    ///
    /// # Errors
    /// When one of them contains `:`. A daemon splits at it and answers HTTP 500 to everything (capture `eth_rpc`).
    pub fn login(mut self, login: impl Into<String>, password: impl Into<String>) -> Result<Self> {
        let (login, password) = (login.into(), password.into());
        if login.contains(':') || password.contains(':') {
            let message = "a daemon's login and password cannot contain `:`: the daemon itself cannot read such a login";
            return Err(Error::new(ErrorKind::Settings, message));
        }
        self.login = login;
        self.password = password.into();
        Ok(self)
    }

    /// Reaches the daemon through a proxy. `http://HOST:PORT` is one for HTTP (feature `proxy`; `https://` if it speaks TLS itself,
    /// feature `tls` too), which reads the daemon's password unless the daemon has TLS; `socks5h://HOST:PORT` is one for SOCKS 5
    /// that looks up the daemon's name itself, as Tor's does (`socks5://`, `socks4a://` and `socks4://` are the others;
    /// feature `socks`). A login stands before the host, `socks5h://LOGIN:PASSWORD@HOST:PORT`, and is never shown.
    ///
    /// A proxy for HTTP repeats calls, but no websocket: for that it is asked for a tunnel (`CONNECT`), which its rules
    /// have to allow to the daemon's port. Many allow it to port 443 alone unless they are told otherwise.
    ///
    /// Proxies that the environment names (`HTTP_PROXY`) are not used: they are meant for the web, not for a daemon and
    /// its password.
    ///
    /// ```
    /// # #[cfg(feature = "socks")] {
    /// use bitcart_events::Daemon;
    ///
    /// let daemon = Daemon::new("http://bitcartdaemon.onion:5000")?.proxy("socks5h://me:secret@localhost:9050")?;
    /// assert!(!format!("{daemon:?}").contains("secret"));
    /// # }
    /// # Ok::<(), bitcart_events::Error>(())
    /// ```
    ///
    /// # Errors
    /// When it is not such an address, or its kind needs a feature that is not there; the feature is named.
    pub fn proxy(mut self, url: impl AsRef<str>) -> Result<Self> {
        self.http = self.http.through(Proxy::new(url.as_ref())?);
        Ok(self)
    }

    /// Trusts the certificates of this PEM text, and what they have signed, **instead of** those that the operating
    /// system trusts: a self-signed certificate, or that of an authority of your own. May be called several times.
    ///
    /// A server's own certificate must not call itself an authority's, as `openssl req -x509` makes them if it is not
    /// told otherwise:
    ///
    /// ```sh
    /// openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 365 -subj /CN=daemon \
    ///   -addext subjectAltName=DNS:daemon.example -addext basicConstraints=critical,CA:FALSE
    /// ```
    ///
    /// ```no_run
    /// use bitcart_events::Daemon;
    ///
    /// # fn f() -> Result<(), Box<dyn std::error::Error>> {
    /// let daemon = Daemon::new("https://daemon.example:5000")?.root_certificate(std::fs::read("cert.pem")?)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When there is no certificate in it.
    #[cfg(feature = "tls")]
    pub fn root_certificate(mut self, pem: impl AsRef<[u8]>) -> Result<Self> {
        use rustls::pki_types::CertificateDer;
        use rustls::pki_types::pem::PemObject;

        let wrong =
            || Error::new(ErrorKind::Settings, "no certificate in PEM form (`-----BEGIN CERTIFICATE-----`)");
        let roots: Vec<_> = CertificateDer::pem_slice_iter(pem.as_ref())
            .collect::<Result<_, _>>()
            .map_err(|error| wrong().because(error))?;
        if roots.is_empty() {
            return Err(wrong());
        }
        // Found out now, not at the first call.
        crate::tls::config(crate::tls::Trust::Only(&roots)).map_err(|error| wrong().because(error))?;
        self.http = self.http.trusting(roots);
        Ok(self)
    }

    /// Gives up a call after this time, 60 s unless set. A daemon holds calls back until it is in step with the chain.
    ///
    /// [`get_updates`](crate::Coin::get_updates) has no time limit, because its answer is the only one.
    #[must_use]
    pub fn call_timeout(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// On this machine, at the currency's default port.
    pub(crate) fn default_of(currency: Currency) -> Self {
        Self {
            url: format!("http://localhost:{}", currency.default_port()),
            login: "electrum".to_owned(),
            password: "electrumz".into(),
            time_limit: TIME_LIMIT,
            http: Http::default(),
        }
    }

    pub(super) fn time_limit(&self) -> Duration {
        self.time_limit
    }

    pub(super) fn http(&self) -> &Http {
        &self.http
    }

    /// The proxy, as a message may show it.
    pub(super) fn shown_proxy(&self) -> Option<impl fmt::Display + '_> {
        self.http.proxy()
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn credentials(&self) -> (&str, &str) {
        (&self.login, self.password.expose_secret())
    }
}

/// Shows the addresses; the passwords are left out.
impl fmt::Debug for Daemon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Daemon({} as {}", self.url, self.login)?;
        match self.http.proxy() {
            Some(proxy) => write!(f, ", through {proxy})"),
            None => f.write_str(")"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_built_in_is_refused_by_its_feature() {
        let refused = |daemon: Result<Daemon>| daemon.err().map(|error| error.to_string());
        let names = |refusal: &Option<String>, feature| {
            refusal.as_ref().is_some_and(|text| text.contains(&format!("Cargo feature `{feature}`")))
        };
        let local = || Daemon::new("http://localhost:5000").unwrap();
        let tls = refused(Daemon::new("https://localhost:5000"));
        assert_eq!(names(&tls, "tls"), !cfg!(feature = "tls"), "{tls:?}");
        let socks = refused(local().proxy("socks5h://localhost:9050"));
        assert_eq!(names(&socks, "socks"), !cfg!(feature = "socks"), "{socks:?}");
        for proxy in ["http://proxy:3128", "https://proxy:3128"].map(|url| refused(local().proxy(url))) {
            assert_eq!(names(&proxy, "proxy"), !cfg!(feature = "proxy"), "{proxy:?}");
        }
        let both = refused(local().proxy("https://proxy:3128"));
        assert_eq!(names(&both, "tls"), cfg!(feature = "proxy") && !cfg!(feature = "tls"), "{both:?}");
    }

    #[test]
    fn an_address_has_a_host_and_a_port_only() {
        for wrong in [
            "localhost:5000",
            "ftp://localhost",
            "http://localhost/a",
            "http://h?a",
            "http://h#a",
            "http://a:hunter22@h",
        ] {
            let error = Daemon::new(wrong).unwrap_err();
            let message = error.to_string();
            assert!(error.kind() == ErrorKind::Settings && !message.contains("hunter22"), "{message}");
            assert!(message.contains(wrong) || message.contains("a login in it"), "{message}");
        }
    }
}
