//! Where and how to listen.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::secret::Secret;
use crate::Result;
use crate::client::without_login;
use crate::shutdown::YEAR;

/// The least that a clock counts.
const SHORTEST: Duration = Duration::from_millis(1);

/// Where and how to listen for webhooks. The defaults are right for a daemon on the same machine.
///
/// ```
/// use bitcart_events::{Coin, WebhookSettings};
///
/// let settings = WebhookSettings::default()
///     .addr(([0, 0, 0, 0], 6000))
///     .url("https://shop.example/bitcart")
///     .secret("0123456789abcdef0123456789abcdef");
/// let listener = Coin::btc("xpub…").listener().webhook_settings(settings);
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct WebhookSettings {
    pub(super) addr: SocketAddr,
    pub(super) url: Option<Base>,
    secret: Choice,
    pub(super) register_every: Duration,
    pub(super) answer_within: Duration,
    pub(super) body_limit: usize,
    pub(super) header_timeout: Duration,
    pub(super) body_timeout: Duration,
    pub(super) connections: usize,
}

/// What the daemons are told before the secret. There may be a login in it, which is not shown.
#[derive(Clone)]
pub(super) struct Base(pub(super) String);

impl fmt::Debug for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_login(&self.0))
    }
}

#[derive(Debug, Clone)]
enum Choice {
    Random,
    Given(SecretString),
    None,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self {
            addr: (Ipv4Addr::LOCALHOST, 6000).into(),
            url: None,
            secret: Choice::Random,
            register_every: Duration::from_secs(30),
            answer_within: Duration::from_secs(60),
            body_limit: 4 << 20,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            connections: 1_024,
        }
    }
}

impl WebhookSettings {
    /// The address to listen on. `127.0.0.1:6000` unless set; with port 0 the system chooses one.
    pub fn addr(mut self, addr: impl Into<SocketAddr>) -> Self {
        self.addr = addr.into();
        self
    }

    /// What the daemons are told, without the secret. Made from the address unless set. A reverse proxy may pass its path on or
    /// take it off.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(Base(url.into()));
        self
    }

    /// The last part of the path, instead of a random one for each start: at least 16 letters, digits, `-`, `_`,
    /// `.` or `~`. It is checked when the listener is built.
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = Choice::Given(secret.into().into());
        self
    }

    /// Takes every POST to the root. Our own server then refuses to listen on any address but loopback, because
    /// whoever reaches the port could forge a payment; nested into an application, that is the application's care.
    pub fn without_secret(mut self) -> Self {
        self.secret = Choice::None;
        self
    }

    /// How often the daemons are told the address again and asked for what waits. 30 s unless set. Less than a millisecond counts
    /// as one, more than a year as a year.
    pub fn register_every(mut self, interval: Duration) -> Self {
        // Nothing would be calls without a pause.
        self.register_every = interval.clamp(SHORTEST, YEAR);
        self
    }

    /// How long the answer waits for the handlers. 60 s unless set; the handlers go on afterwards. One that keeps its thread, which
    /// only [`blocking`](crate::on) ones should, may keep the answer too.
    pub fn answer_within(mut self, limit: Duration) -> Self {
        self.answer_within = limit;
        self
    }

    /// The largest body in bytes. 4 MiB unless set.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// How long a client may take for its headers, how long a connection may be idle, and how long a client may take none of its
    /// answers. 10 s unless set. Less than a millisecond
    /// counts as one, more than a year as a year.
    pub fn header_timeout(mut self, limit: Duration) -> Self {
        // hyper adds it to the present.
        self.header_timeout = limit.clamp(SHORTEST, YEAR);
        self
    }

    /// How long a client may take for its body. 30 s unless set.
    pub fn body_timeout(mut self, limit: Duration) -> Self {
        self.body_timeout = limit;
        self
    }

    /// How many connections are served at once; further ones wait. 1,024 unless set; at least 1.
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections.clamp(1, 1 << 20);
        self
    }

    pub(crate) fn check_secret(&self) -> Result<()> {
        self.make_secret().map(drop)
    }

    pub(crate) fn check_url(&self) -> Result<()> {
        match &self.url {
            Some(Base(url)) => super::full_url(url, None).map(drop),
            None => Ok(()),
        }
    }

    pub(super) fn make_secret(&self) -> Result<Option<Secret>> {
        match &self.secret {
            Choice::Random => Secret::random().map(Some),
            Choice::Given(text) => Secret::new(text.expose_secret().to_owned()).map(Some),
            Choice::None => Ok(None),
        }
    }
}
