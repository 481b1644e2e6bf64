//! Reading values: each by its name, and all that is wrong with them together.

use std::net::Ipv6Addr;

#[cfg(feature = "webhook")]
use crate::WebhookSettings;
use crate::client::without_login;
use crate::{Currency, Daemon, Error, ErrorKind, Result};

/// The value of a name, or what is wrong with it.
pub(super) type Lookup<'l> = dyn Fn(&str) -> Result<Option<String>, String> + 'l;

/// Reads values, and collects what is wrong with them.
pub(super) struct Reader<'l> {
    lookup: &'l Lookup<'l>,
    pub(super) problems: Vec<String>,
}

impl<'l> Reader<'l> {
    pub(super) fn new(lookup: &'l Lookup<'l>) -> Self {
        Self { lookup, problems: Vec::new() }
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        match (self.lookup)(name) {
            Ok(value) => Some(value?.trim().to_owned()).filter(|value| !value.is_empty()),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    pub(super) fn list(&mut self, name: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        let mut list = Vec::new();
        for part in text.split(',').map(str::trim) {
            if !part.is_empty() {
                list.push(part.to_owned());
            }
        }
        list
    }

    pub(super) fn currencies(&mut self) -> Vec<Currency> {
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
    pub(super) fn daemon(&mut self, currency: Currency) -> Daemon {
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

    pub(super) fn checked<T>(&mut self, name: &str, value: Result<T>) -> Option<T> {
        value.map_err(|error| self.problems.push(format!("{name}: {error}"))).ok()
    }

    #[cfg(feature = "webhook")]
    pub(super) fn webhook(&mut self) -> WebhookSettings {
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
    pub(super) fn inbox(&mut self) -> Option<String> {
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

pub(super) const NO_SQLITE: &str = "a file needs the Cargo feature `sqlite` of bitcart-events";

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
