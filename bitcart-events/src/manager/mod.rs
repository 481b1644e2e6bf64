//! Several wallets of several currencies.

mod builder;

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use foldhash::fast::RandomState;

#[cfg(feature = "client")]
use crate::client::{Client, Daemon};
pub use builder::ApiManagerBuilder;

use crate::by_currency::ByCurrency;
use crate::handler::{EventNames, Handler, HandlerInfo, Handlers, Routes, find_events};
use crate::listener::{Listener, ListenerBuilder};
use crate::own::Own;
use crate::source::Source;
use crate::updates::Updates;
use crate::wallet::{Wallet, WalletKey, parts};
use crate::{BoxError, Coin, Currency, Error, ErrorKind, Report, Result, Update};

/// Wallets of one currency or several, listened to together. Cheap to clone: clones are the same manager.
///
/// ```
/// use bitcart_events::ApiManager;
///
/// let manager = ApiManager::builder().wallets("BTC", ["xpub-a", "xpub-b"]).wallet("LTC", "xpub-c").build()?;
/// manager.add_wallet("BTC", "xpub-d")?;
/// assert_eq!(manager.coins().len(), 4);
/// # Ok::<(), bitcart_events::Error>(())
/// ```
#[derive(Clone)]
pub struct ApiManager(Arc<Inner>);

struct Inner {
    currencies: RwLock<ByCurrency<Wallets>>,
    own: Own,
    #[cfg(feature = "client")]
    daemons: ByCurrency<Daemon>,
    #[cfg(feature = "polling")]
    changed: tokio::sync::watch::Sender<()>,
}

/// The wallets of one currency, which share a connection to its daemon.
struct Wallets {
    /// The `instance` of an event that names no wallet.
    none: Coin,
    /// Only the program names wallets: nobody else chooses keys so that all look alike.
    coins: HashMap<WalletKey, Coin, RandomState>,
    #[cfg(feature = "client")]
    client: Arc<Client>,
}

impl Wallets {
    /// The coin of a wallet, which is there from now on.
    fn coin(&mut self, currency: Currency, wallet: &Wallet) -> Coin {
        if let Some(coin) = self.coins.get(wallet.key().expose()) {
            return coin.clone();
        }
        let coin = Coin::with_client(
            currency,
            Some(wallet.clone()),
            #[cfg(feature = "client")]
            Arc::clone(&self.client),
        );
        self.coins.insert(wallet.key().clone(), coin.clone());
        coin
    }
}

impl ByCurrency<Wallets> {
    /// With the coin of each wallet behind them.
    fn with_coins(&self, mut coins: Vec<Coin>) -> Vec<Coin> {
        for wallets in self.values() {
            for coin in wallets.coins.values() {
                coins.push(coin.clone());
            }
        }
        coins
    }
}

impl ApiManager {
    /// Names the wallets.
    pub fn builder() -> ApiManagerBuilder {
        ApiManagerBuilder::default()
    }

    fn without_wallets(#[cfg(feature = "client")] daemons: ByCurrency<Daemon>) -> Self {
        Self(Arc::new(Inner {
            currencies: RwLock::default(),
            own: Own::default(),
            #[cfg(feature = "client")]
            daemons,
            #[cfg(feature = "polling")]
            changed: tokio::sync::watch::Sender::default(),
        }))
    }

    /// Adds a wallet, also while the manager listens: what waits for it at the daemon is delivered first. Of a wallet that is
    /// there already the same coin is returned.
    ///
    /// # Errors
    /// When there is no such currency, and when a Monero wallet is there already without its
    /// [address](Coin::monero_key), or with another.
    pub fn add_wallet<C>(&self, currency: C, wallet: impl Into<String>) -> Result<Coin>
    where
        C: TryInto<Currency>,
        C::Error: fmt::Display,
    {
        let currency = parse(currency)?;
        let wallet = Wallet::new(currency, &wallet.into());
        let mut currencies = self.0.currencies.write().unwrap_or_else(PoisonError::into_inner);
        let wallets = currencies.get_or_insert_with(currency, || self.wallets(currency));
        let coin = wallets.coin(currency, &wallet);
        drop(currencies);
        check_address(&coin, &wallet)?;
        #[cfg(feature = "polling")]
        self.0.changed.send_replace(());
        Ok(coin)
    }

    /// Removes a wallet: its events are ignored from now on, and no later block goes to a handler of its own. Its coin is returned.
    ///
    /// # Errors
    /// When there is no such currency.
    pub fn remove_wallet<C>(&self, currency: C, wallet: &str) -> Result<Option<Coin>>
    where
        C: TryInto<Currency>,
        C::Error: fmt::Display,
    {
        let currency = parse(currency)?;
        let mut currencies = self.0.currencies.write().unwrap_or_else(PoisonError::into_inner);
        let removed = currencies
            .place(currency)
            .as_mut()
            .and_then(|wallets| wallets.coins.remove(parts(currency, wallet).0));
        // Before anybody can miss it.
        #[cfg(feature = "polling")]
        self.0.changed.send_replace(());
        drop(currencies);
        Ok(removed)
    }

    fn wallets(&self, currency: Currency) -> Wallets {
        #[cfg(feature = "client")]
        let client = {
            let daemon =
                self.0.daemons.get(currency).cloned().unwrap_or_else(|| Daemon::default_of(currency));
            Arc::new(Client::new(currency, daemon))
        };
        Wallets {
            none: Coin::with_client(
                currency,
                None,
                #[cfg(feature = "client")]
                Arc::clone(&client),
            ),
            coins: HashMap::default(),
            #[cfg(feature = "client")]
            client,
        }
    }

    /// The wallets' coins, in no particular order.
    #[must_use]
    pub fn coins(&self) -> Vec<Coin> {
        self.currencies().with_coins(Vec::new())
    }

    /// With those that stand for no wallet.
    pub(crate) fn all_coins(&self) -> Vec<Coin> {
        let currencies = self.currencies();
        let mut coins = Vec::new();
        for wallets in currencies.values() {
            coins.push(wallets.none.clone());
        }
        currencies.with_coins(coins)
    }

    /// The coin of one wallet.
    #[must_use]
    pub fn coin(&self, currency: Currency, wallet: &str) -> Option<Coin> {
        self.find(currency, Some(parts(currency, wallet).0))
    }

    pub(crate) fn find(&self, currency: Currency, wallet: Option<&str>) -> Option<Coin> {
        let currencies = self.currencies();
        let wallets = currencies.get(currency)?;
        match wallet {
            Some(key) => wallets.coins.get(key).cloned(),
            None => Some(wallets.none.clone()),
        }
    }

    pub(crate) fn serves(&self, currency: Currency) -> bool {
        self.currencies().get(currency).is_some()
    }

    fn currencies(&self) -> RwLockReadGuard<'_, ByCurrency<Wallets>> {
        self.0.currencies.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells when a wallet has been added or removed.
    #[cfg(feature = "polling")]
    pub(crate) fn changes(&self) -> tokio::sync::watch::Receiver<()> {
        self.0.changed.subscribe()
    }

    /// Adds handlers for all wallets, by the paths of their functions. They stand before those that registered
    /// themselves. The added handlers that they replace are returned.
    ///
    /// # Errors
    /// None today: what a handler asks for was checked while compiling.
    pub fn add_event_handlers(&self, handlers: Handlers) -> Result<Vec<HandlerInfo>> {
        Ok(self.0.own.add(handlers.into_handlers()))
    }

    /// Adds a handler by hand, for one event or several of all wallets. See
    /// [`Coin::add_event_handler`], which does it for one wallet.
    ///
    /// # Errors
    /// When there is no event of such a name.
    #[track_caller]
    pub fn add_event_handler<F, Fut>(&self, events: impl EventNames, handler: F) -> Result<Vec<HandlerInfo>>
    where
        F: Fn(Update) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        Ok(self.0.own.add(Handler::by_hand(&find_events(&events)?, Location::caller(), handler)))
    }

    pub(crate) fn added(&self) -> RwLockReadGuard<'_, Routes> {
        self.0.own.added()
    }

    /// A listener for all wallets, to be given states and settings.
    pub fn listener(&self) -> ListenerBuilder {
        ListenerBuilder::new(Source::Manager(self.clone()))
    }

    pub(crate) fn own_listener(&self) -> Result<Listener> {
        self.0.own.listener(Source::Manager(self.clone()))
    }

    /// Stops what this manager's own methods started: see [`Listener::shut_down`]. It accepts nothing afterwards. A listener
    /// that you have built yourself is stopped by its own method.
    ///
    /// # Errors
    /// As there.
    pub async fn shut_down(&self) -> Result<()> {
        self.0.own.shut_down(Source::Manager(self.clone())).await
    }

    /// Passes updates to the handlers, as if a daemon had sent them, and waits for the handlers.
    ///
    /// See [`Listener::process_updates`], which this calls on a listener without states. A manager needs the whole
    /// envelope, with `currency` and `wallet`.
    ///
    /// # Errors
    /// As there, and when the registered handlers do not fit together.
    pub async fn process_updates(&self, updates: impl Updates) -> Result<Report> {
        self.own_listener()?.process_updates(updates).await
    }
}

/// Shows how many wallets of which currency, never a wallet's key.
impl fmt::Debug for ApiManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let currencies = self.currencies();
        f.write_str("ApiManager(")?;
        let mut counts = f.debug_map();
        for wallets in currencies.values() {
            counts.entry(&wallets.none.currency(), &wallets.coins.len());
        }
        counts.finish()?;
        f.write_str(")")
    }
}

fn parse<C>(currency: C) -> Result<Currency>
where
    C: TryInto<Currency>,
    C::Error: fmt::Display,
{
    currency.try_into().map_err(|error| Error::new(ErrorKind::Settings, error.to_string()))
}

/// An address that is not the one of its coin would be ignored.
fn check_address(coin: &Coin, wallet: &Wallet) -> Result<()> {
    let there = coin.named().and_then(Wallet::address);
    if wallet.address().is_none() || wallet.address() == there {
        return Ok(());
    }
    let (currency, key) = (coin.currency(), wallet.key());
    let what = if there.is_some() { "with another address" } else { "without its address" };
    let message = format!("the {currency} wallet {key} is there already, {what}; remove it first");
    Err(Error::new(ErrorKind::Settings, message))
}
