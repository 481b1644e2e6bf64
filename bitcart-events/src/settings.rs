//! Settings from the environment, by the names that a Bitcart operator already has.

mod reader;

use std::env::VarError;

use reader::{Lookup, Reader};

#[cfg(feature = "webhook")]
use crate::WebhookSettings;
use crate::{ApiManager, Currency, Error, ErrorKind, ListenerBuilder, Result};

/// What the `run_…` functions read from the environment.
///
/// | name | default | |
/// |---|---|---|
/// | `BITCART_CRYPTOS` | `btc` | currencies, separated by commas |
/// | `BTC_HOST`, `BTC_PORT`, `BTC_LOGIN`, `BTC_PASSWORD` (`LTC_…`, `ETH_…`) | `localhost`, the currency's port, `electrum`, `electrumz` | the daemon; `https://HOST` for one behind TLS (feature `tls`) |
/// | `BTC_PROXY` (`LTC_…`) | none | a [proxy](crate::Daemon::proxy) on the way to the daemon, like `socks5h://localhost:9050` |
/// | `BTC_ROOT_CERTIFICATE` (`LTC_…`) | the operating system's | a PEM file with the [only certificates](crate::Daemon::root_certificate) to trust (feature `tls`) |
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
        let mut reader = Reader::new(lookup);
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
            Some(_) => Err(Error::new(ErrorKind::Settings, reader::NO_SQLITE)),
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
