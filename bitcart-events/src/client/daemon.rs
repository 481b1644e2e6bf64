//! Where a daemon is.

use std::fmt;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::http::Http;
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
/// Cheap to clone. Clones share their connections: give clones of one `Daemon` to the coins of one daemon, or name the
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
    /// # Errors
    /// When it is not an `http://` address. This version cannot speak TLS.
    pub fn new(url: impl Into<String>) -> Result<Self> {
        let url = url.into();
        let parsed = reqwest::Url::parse(&url).map_err(|error| {
            let message =
                format!("{} is not the address of a daemon, `http://HOST:PORT`", without_login(&url));
            Error::new(ErrorKind::Settings, message).because(error)
        })?;
        let bare = parsed.username().is_empty() && parsed.password().is_none() && parsed.path() == "/";
        if parsed.scheme() != "http" || !bare || parsed.query().is_some() {
            let message = "the address of a daemon is `http://HOST:PORT`, without a path, and without login and password (those go to `login`); TLS is not supported yet";
            return Err(Error::new(ErrorKind::Settings, message));
        }
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

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn credentials(&self) -> (&str, &str) {
        (&self.login, self.password.expose_secret())
    }
}

/// A URL as a message may show it: what has a login in it is not shown at all.
pub(crate) fn without_login(url: &str) -> String {
    if url.contains('@') {
        "an address with a login in it (not shown here)".to_owned()
    } else {
        format!("`{url}`")
    }
}

/// Shows the address; the password is left out.
impl fmt::Debug for Daemon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Daemon({} as {})", self.url, self.login)
    }
}
