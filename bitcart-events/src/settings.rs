//! Settings from the environment, by the names that a Bitcart operator already has.

use std::env::VarError;
use std::net::Ipv6Addr;

#[cfg(feature = "webhook")]
use crate::WebhookSettings;
use crate::client::without_login;
use crate::{ApiManager, Currency, Daemon, Error, ErrorKind, ListenerBuilder, Result};

/// What the `run_…` functions read from the environment.
///
/// | name | default | |
/// |---|---|---|
/// | `BITCART_CRYPTOS` | `btc` | currencies, separated by commas |
/// | `BTC_HOST`, `BTC_PORT`, `BTC_LOGIN`, `BTC_PASSWORD` (`LTC_…`, `ETH_…`) | `localhost`, the currency's port, `electrum`, `electrumz` | the daemon; `https://HOST` for one behind TLS (feature `tls`) |
/// | `BTC_PROXY` (`LTC_…`) | none | a [proxy](Daemon::proxy) on the way to the daemon, like `socks5h://localhost:9050` |
/// | `BTC_ROOT_CERTIFICATE` (`LTC_…`) | the operating system's | a PEM file with the [only certificates](Daemon::root_certificate) to trust (feature `tls`) |
/// | `BTC_WALLETS` (`LTC_…`) | none | the wallets' keys, separated by commas; a token's as [`WALLET_CONTRACT`](crate::Coin::token_key), Monero's as [`VIEW_KEY_ADDRESS`](crate::Coin::monero_key) |
/// | `BITCART_WEBHOOK_ADDR` | `127.0.0.1:6000` | where to listen |
/// | `BITCART_WEBHOOK_URL` | made from the address | what the daemon is told, without the secret |
/// | `BITCART_WEBHOOK_SECRET` | random at each start, and logged nowhere | the last part of the path, at least 16 characters |
/// | `BITCART_INBOX` | `memory` | where accepted events stand until they have been handled: a file like `events.db` keeps them (feature `sqlite`; see [`inbox`](crate::inbox)) |
///
/// Values are trimmed, and an empty one counts as none.
#[derive(Debug)]
pub struct Settings {
    manager: ApiManager,
    /// A file; `None`: in memory.
    inbox: Option<String>,
    #[cfg(feature = "webhook")]
    webhook: WebhookSettings,
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    /// When values are wrong or no wallet is named. Every wrong one is listed, with its name, its value unless it is
    /// secret, and what is allowed.
    pub fn from_env() -> Result<Self> {
        Self::from_lookup(&|name| match std::env::var(name) {
            Ok(value) => Ok(Some(value)),
            Err(VarError::NotPresent) => Ok(None),
            Err(VarError::NotUnicode(_)) => Err(format!("{name} is not Unicode text")),
        })
    }

    /// Reads the same names from pairs of name and value.
    ///
    /// ```
    /// use bitcart_events::Settings;
    ///
    /// let settings = Settings::from_vars([("BITCART_CRYPTOS", "btc,ltc"), ("BTC_WALLETS", "xpub-a,xpub-b")])?;
    /// assert_eq!(settings.manager().coins().len(), 2);
    ///
    /// let error = Settings::from_vars([("BITCART_CRYPTOS", "btc,doge")]).unwrap_err();
    /// assert!(error.to_string().contains("BITCART_CRYPTOS"));
    /// # Ok::<(), bitcart_events::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`from_env`](Self::from_env).
    pub fn from_vars<'v>(vars: impl IntoIterator<Item = (&'v str, &'v str)>) -> Result<Self> {
        let vars: Vec<_> = vars.into_iter().collect();
        Self::from_lookup(&|name| {
            Ok(vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        })
    }

    fn from_lookup(lookup: &Lookup<'_>) -> Result<Self> {
        let mut reader = Reader { lookup, problems: Vec::new() };
        let currencies = reader.currencies();
        let mut builder = ApiManager::builder();
        let mut named = false;
        for &currency in &currencies {
            let daemon = reader.daemon(currency);
            let wallets = reader.list(&format!("{currency}_WALLETS"));
            if wallets.is_empty() && currencies.len() > 1 {
                tracing::warn!("BITCART_CRYPTOS names {currency}, but {currency}_WALLETS is not set");
            }
            named |= !wallets.is_empty();
            builder = builder.wallets(currency, wallets);
            builder = builder.daemon(currency, daemon);
        }
        if !named && reader.problems.is_empty() {
            let (mut names, mut hint) = (Vec::new(), String::new());
            for currency in &currencies {
                names.push(format!("{currency}_WALLETS"));
                let misspelt = format!("{currency}_WALLET");
                if hint.is_empty() && reader.text(&misspelt).is_some() {
                    hint = format!(" ({misspelt} is set, without the S)");
                }
            }
            reader.problems.push(format!(
                "no wallet is named, and events belong to wallets; set {} to the keys (xpub…), separated by commas{hint}",
                names.join(" or ")
            ));
        }
        for other in Currency::ALL {
            let name = format!("{other}_WALLETS");
            if !currencies.contains(other) && reader.text(&name).is_some() {
                tracing::warn!(
                    "{name} is set, but BITCART_CRYPTOS does not name {other}: its wallets are left out"
                );
            }
        }
        #[cfg(feature = "webhook")]
        let webhook = reader.webhook();
        let inbox = reader.inbox();
        // All that can be wrong with the wallets themselves is a Monero wallet with two addresses.
        let manager = match reader.checked("XMR_WALLETS", builder.build()) {
            Some(manager) if reader.problems.is_empty() => manager,
            _ => {
                let message = format!("wrong settings:\n  - {}", reader.problems.join("\n  - "));
                return Err(Error::new(ErrorKind::Settings, message));
            }
        };
        Ok(Self {
            manager,
            inbox,
            #[cfg(feature = "webhook")]
            webhook,
        })
    }

    /// A listener with all of this, to be given states.
    ///
    /// ```no_run
    /// # use bitcart_events::Settings;
    /// # #[derive(Default)] struct Orders;
    /// # async fn f() -> bitcart_events::Result<()> {
    /// let settings = Settings::from_env()?;
    /// settings.listener()?.state(Orders::default()).build()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the inbox's file cannot be opened, or another process has it.
    pub fn listener(&self) -> Result<ListenerBuilder> {
        let listener = self.manager.listener();
        #[cfg(feature = "webhook")]
        let listener = listener.webhook_settings(self.webhook());
        match &self.inbox {
            None => Ok(listener),
            #[cfg(feature = "sqlite")]
            Some(file) => {
                let opened = crate::inbox::SqliteInbox::open(file);
                Ok(listener
                    .inbox(opened.map_err(|error| Error::new(error.kind(), "BITCART_INBOX").because(error))?))
            }
            #[cfg(not(feature = "sqlite"))]
            Some(_) => Err(Error::new(ErrorKind::Settings, NO_SQLITE)),
        }
    }

    /// The wallets and their daemons.
    #[must_use]
    pub fn manager(&self) -> &ApiManager {
        &self.manager
    }

    /// Where to listen for webhooks.
    #[cfg(feature = "webhook")]
    pub fn webhook(&self) -> WebhookSettings {
        self.webhook.clone()
    }
}

/// The value of a name, or what is wrong with it.
type Lookup<'l> = dyn Fn(&str) -> Result<Option<String>, String> + 'l;

/// Reads values, and collects what is wrong with them.
struct Reader<'l> {
    lookup: &'l Lookup<'l>,
    problems: Vec<String>,
}

impl Reader<'_> {
    fn text(&mut self, name: &str) -> Option<String> {
        match (self.lookup)(name) {
            Ok(value) => Some(value?.trim().to_owned()).filter(|value| !value.is_empty()),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    fn list(&mut self, name: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        let mut list = Vec::new();
        for part in text.split(',').map(str::trim) {
            if !part.is_empty() {
                list.push(part.to_owned());
            }
        }
        list
    }

    fn currencies(&mut self) -> Vec<Currency> {
        const NAME: &str = "BITCART_CRYPTOS";
        let mut currencies = Vec::new();
        for code in self.list(NAME) {
            match code.parse() {
                Ok(currency) if currencies.contains(&currency) => {}
                Ok(currency) => currencies.push(currency),
                Err(error) => self.problems.push(format!("{NAME}: {error}")),
            }
        }
        if currencies.is_empty() { vec![Currency::Btc] } else { currencies }
    }

    /// After a mistake it goes on with the default, so that all of them are found.
    fn daemon(&mut self, currency: Currency) -> Daemon {
        let name = |suffix: &str| format!("{currency}_{suffix}");
        let given = self.text(&name("HOST")).unwrap_or_else(|| "localhost".to_owned());
        let port = match self.text(&name("PORT")) {
            None => currency.default_port(),
            Some(text) => match text.parse() {
                Ok(port) if port > 0 => port,
                _ => {
                    self.problems.push(format!("{}: `{text}` is not a port from 1 to 65535", name("PORT")));
                    currency.default_port()
                }
            },
        };
        let login = self.text(&name("LOGIN")).unwrap_or_else(|| "electrum".to_owned());
        let password = self.text(&name("PASSWORD")).unwrap_or_else(|| "electrumz".to_owned());
        let (scheme, host) = given.split_once("://").unwrap_or(("http", &given));
        let is_ipv6 = host.parse::<Ipv6Addr>().is_ok();
        let is_bare = !host.contains(['/', '@', '?', '#', ' '])
            && (is_ipv6 || !host.contains(':') || host.ends_with(']'));
        let mut daemon = Daemon::default_of(currency);
        if is_bare && matches!(scheme, "http" | "https") {
            // An IPv6 address stands in brackets in a URL.
            let host = if is_ipv6 { format!("[{host}]") } else { host.to_owned() };
            let there = Daemon::new(format!("{scheme}://{host}:{port}"));
            daemon = self.checked(&name("HOST"), there).unwrap_or(daemon);
        } else {
            let (given, host, port) = (without_login(&given), name("HOST"), name("PORT"));
            self.problems.push(format!(
                "{host}: write the host alone, like `localhost` or `https://daemon.example`, not {given}; the port is {port}"
            ));
        }
        if let Some(proxy) = self.text(&name("PROXY")) {
            daemon = self.checked(&name("PROXY"), daemon.clone().proxy(proxy)).unwrap_or(daemon);
        }
        if let Some(path) = self.text(&name("ROOT_CERTIFICATE")) {
            let trusting = trusting(daemon.clone(), &path);
            daemon = self.checked(&name("ROOT_CERTIFICATE"), trusting).unwrap_or(daemon);
        }
        let login_name = format!("{}, {}", name("LOGIN"), name("PASSWORD"));
        self.checked(&login_name, daemon.clone().login(login, password)).unwrap_or(daemon)
    }

    fn checked<T>(&mut self, name: &str, value: Result<T>) -> Option<T> {
        value.map_err(|error| self.problems.push(format!("{name}: {error}"))).ok()
    }

    #[cfg(feature = "webhook")]
    fn webhook(&mut self) -> WebhookSettings {
        let mut settings = WebhookSettings::default();
        if let Some(text) = self.text("BITCART_WEBHOOK_ADDR") {
            match text.parse::<std::net::SocketAddr>() {
                Ok(addr) => settings = settings.addr(addr),
                Err(_) => self.problems.push(format!(
                    "BITCART_WEBHOOK_ADDR: `{text}` is not an address and port, like 127.0.0.1:6000 or [::1]:6000"
                )),
            }
        }
        if let Some(url) = self.text("BITCART_WEBHOOK_URL") {
            settings = settings.url(url);
        }
        if let Some(secret) = self.text("BITCART_WEBHOOK_SECRET") {
            settings = settings.secret(secret);
        }
        if let Err(error) = settings.check_secret() {
            self.problems.push(error.to_string());
        }
        if let Err(error) = settings.check_url() {
            self.problems.push(format!("BITCART_WEBHOOK_URL: {error}"));
        }
        settings
    }

    /// A file for the inbox.
    fn inbox(&mut self) -> Option<String> {
        let inbox = self.text("BITCART_INBOX").filter(|inbox| !inbox.eq_ignore_ascii_case("memory"))?;
        if let Some((scheme, _)) = inbox.split_once("://").or(sqlite(&inbox)) {
            // The address of a database may hold its password.
            let message = format!(
                "BITCART_INBOX: `{scheme}` is not possible in this version; write `memory`, or the name of a file like `events.db`"
            );
            self.problems.push(message);
        } else if ["true", "false", "yes", "no", "on", "off", "1", "0", "none", "sqlite"]
            .contains(&&*inbox.to_ascii_lowercase())
        {
            let message = format!(
                "BITCART_INBOX: write `memory`, or the name of a file like `events.db`, not `{inbox}`"
            );
            self.problems.push(message);
        } else if cfg!(not(feature = "sqlite")) {
            self.problems.push(format!("BITCART_INBOX: {NO_SQLITE}"));
        }
        Some(inbox)
    }
}

/// An address as other libraries have one: `sqlite:events.db`. A colon alone may be a drive's.
fn sqlite(inbox: &str) -> Option<(&str, &str)> {
    inbox.split_once(':').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("sqlite"))
}

const NO_SQLITE: &str = "a file needs the Cargo feature `sqlite` of bitcart-events";

#[cfg(feature = "tls")]
fn trusting(daemon: Daemon, path: &str) -> Result<Daemon> {
    let pem = std::fs::read(path)
        .map_err(|error| Error::new(ErrorKind::Settings, format!("cannot read `{path}`")).because(error))?;
    daemon.root_certificate(pem)
}

#[cfg(not(feature = "tls"))]
fn trusting(_: Daemon, _: &str) -> Result<Daemon> {
    Err(Error::new(ErrorKind::Settings, "this needs the Cargo feature `tls` of bitcart-events"))
}
