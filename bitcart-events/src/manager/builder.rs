//! Naming the wallets of a manager.

use std::fmt;

use super::ApiManager;
#[cfg(feature = "client")]
use crate::Daemon;
#[cfg(feature = "client")]
use crate::by_currency::ByCurrency;
use crate::{Currency, Error, ErrorKind, Result};

/// Names the wallets of an [`ApiManager`].
#[derive(Default)]
#[must_use = "call `build`"]
pub struct ApiManagerBuilder {
    wallets: Vec<(Currency, String)>,
    #[cfg(feature = "client")]
    daemons: ByCurrency<Daemon>,
    errors: Vec<String>,
}

impl ApiManagerBuilder {
    /// Adds a wallet. A wrong currency is reported by [`build`](Self::build).
    pub fn wallet<C>(self, currency: C, wallet: impl Into<String>) -> Self
    where
        C: TryInto<Currency>,
        C::Error: fmt::Display,
    {
        self.wallets(currency, [wallet])
    }

    /// Adds several wallets of one currency.
    pub fn wallets<C, W>(mut self, currency: C, wallets: impl IntoIterator<Item = W>) -> Self
    where
        C: TryInto<Currency>,
        C::Error: fmt::Display,
        W: Into<String>,
    {
        match currency.try_into() {
            Ok(currency) => {
                for wallet in wallets {
                    self.wallets.push((currency, wallet.into()));
                }
            }
            Err(error) => self.errors.push(error.to_string()),
        }
        self
    }

    /// Sets a currency's daemon: its address, login and password.
    #[cfg(feature = "client")]
    pub fn daemon<C>(mut self, currency: C, daemon: Daemon) -> Self
    where
        C: TryInto<Currency>,
        C::Error: fmt::Display,
    {
        match currency.try_into() {
            Ok(currency) => *self.daemons.place(currency) = Some(daemon),
            Err(error) => self.errors.push(error.to_string()),
        }
        self
    }

    /// The manager.
    ///
    /// # Errors
    /// When a currency is unknown: every one is named. When a Monero wallet is named with different addresses.
    pub fn build(self) -> Result<ApiManager> {
        if !self.errors.is_empty() {
            return Err(Error::new(ErrorKind::Settings, self.errors.join("\n")));
        }
        let manager = ApiManager::without_wallets(
            #[cfg(feature = "client")]
            self.daemons,
        );
        for (currency, wallet) in self.wallets {
            manager.add_wallet(currency, wallet)?;
        }
        Ok(manager)
    }
}

impl fmt::Debug for ApiManagerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiManagerBuilder").field("wallets", &self.wallets.len()).finish_non_exhaustive()
    }
}
