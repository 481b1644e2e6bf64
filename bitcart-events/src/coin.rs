//! One wallet of one currency, and the daemon that watches it.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

#[cfg(feature = "client")]
use crate::client::{Client, Daemon};
use crate::handler::{EventNames, Handler, HandlerInfo, Handlers, find_events};
use crate::listener::{Listener, ListenerBuilder};
use crate::own::Own;
use crate::schema::Event;
use crate::sealed::Sealed;
use crate::source::Source;
use crate::updates::Updates;
use crate::wallet::{Wallet, WalletId, WalletKey};
use crate::{BoxError, Currency, Report, Result, Update};

/// A wallet of one currency. Cheap to clone: clones are the same wallet.
///
/// Handlers receive it as `instance`. On its own it can listen for its events; several together are an
/// [`ApiManager`](crate::ApiManager).
///
/// ```
/// use bitcart_events::{Coin, Currency};
///
/// let coin = Coin::btc("xpub…");
/// assert_eq!(coin.currency(), Currency::Btc);
/// // The key may be a seed, so it is never printed: only a fingerprint is.
/// assert!(!format!("{coin:?}").contains("xpub"));
/// ```
#[derive(Clone)]
pub struct Coin(Arc<dyn Whole>);

impl Sealed for Coin {}

/// All of a coin. A trait, because rustc looks into every part of a type that an `async` handler has, to see that its future is
/// `Send`, and here it need not look any further: that is a quarter of what such a handler costs it.
trait Whole: Send + Sync {
    fn parts(&self) -> &Parts;
}

struct Parts {
    currency: Currency,
    wallet: Option<Wallet>,
    id: Option<WalletId>,
    shown: Option<String>,
    own: Own,
    #[cfg(feature = "client")]
    client: Arc<Client>,
}

impl Whole for Parts {
    fn parts(&self) -> &Parts {
        self
    }
}

macro_rules! currencies {
    ($($name:ident $variant:ident)*) => { $(
        #[doc = concat!("A ", stringify!($variant), " wallet, at the daemon's default address, login and password.")]
        #[must_use]
        pub fn $name(wallet: impl Into<String>) -> Self {
            Self::new(Currency::$variant, wallet)
        }
    )* };
}

impl Coin {
    currencies!(btc Btc  ltc Ltc  bch Bch  xrg Xrg  grs Grs  eth Eth  bnb Bnb  matic Matic  trx Trx  xmr Xmr);

    /// A wallet at the daemon's default address (`http://localhost`, the currency's port), login and password.
    #[must_use]
    pub fn new(currency: Currency, wallet: impl Into<String>) -> Self {
        #[cfg(feature = "client")]
        let client = Arc::new(Client::new(currency, Daemon::default_of(currency)));
        Self::with_client(
            currency,
            Some(Wallet::new(currency, &wallet.into())),
            #[cfg(feature = "client")]
            client,
        )
    }

    /// A wallet at a daemon of your choice.
    ///
    /// ```
    /// use bitcart_events::{Coin, Currency, Daemon};
    ///
    /// let daemon = Daemon::new("http://10.0.0.7:5000")?.login("electrum", "secret")?;
    /// let coin = Coin::at(Currency::Btc, daemon.clone(), "xpub…");
    /// // It shares the HTTP client of the first.
    /// let other = Coin::at(Currency::Btc, daemon, "zpub…");
    /// # Ok::<(), bitcart_events::Error>(())
    /// ```
    #[cfg(feature = "client")]
    #[must_use]
    pub fn at(currency: Currency, daemon: Daemon, wallet: impl Into<String>) -> Self {
        let client = Arc::new(Client::new(currency, daemon));
        Self::with_client(currency, Some(Wallet::new(currency, &wallet.into())), client)
    }

    pub(crate) fn with_client(
        currency: Currency,
        wallet: Option<Wallet>,
        #[cfg(feature = "client")] client: Arc<Client>,
    ) -> Self {
        let id = wallet.as_ref().map(|wallet| WalletId::of(wallet.key().expose()));
        let shown = id.as_ref().map(ToString::to_string);
        Self(Arc::new(Parts {
            currency,
            wallet,
            id,
            shown,
            own: Own::default(),
            #[cfg(feature = "client")]
            client,
        }))
    }

    fn parts(&self) -> &Parts {
        self.0.parts()
    }

    /// The currency.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.parts().currency
    }

    /// The wallet's key, as events name it: of a token's wallet with its contract, of Monero's without its address.
    /// `None` only for the `instance` of an event that named no wallet.
    ///
    /// It may be a seed: do not log it.
    #[must_use]
    pub fn wallet(&self) -> Option<&str> {
        self.key().map(WalletKey::expose)
    }

    pub(crate) fn key(&self) -> Option<&WalletKey> {
        self.named().map(Wallet::key)
    }

    /// The wallet with all that was named of it.
    pub(crate) fn named(&self) -> Option<&Wallet> {
        self.parts().wallet.as_ref()
    }

    /// Another one for each coin that is there, the same for its clones.
    #[cfg(feature = "polling")]
    pub(crate) fn identity(&self) -> usize {
        Arc::as_ptr(&self.0).cast::<()>().addr()
    }

    /// Whether they are clones of each other, which have their handlers together.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The wallet without its key, for what is kept.
    pub(crate) fn id(&self) -> Option<WalletId> {
        self.parts().id
    }

    /// The wallet's fingerprint, for logs.
    pub(crate) fn wallet_shown(&self) -> Option<&str> {
        self.parts().shown.as_deref()
    }

    /// The daemon that it is at.
    ///
    /// ```
    /// use bitcart_events::{Coin, Currency};
    ///
    /// // Another wallet at the same daemon, with the same HTTP client.
    /// let coin = Coin::btc("xpub…");
    /// let other = Coin::at(Currency::Btc, coin.daemon().clone(), "zpub…");
    /// ```
    #[cfg(feature = "client")]
    #[must_use]
    pub fn daemon(&self) -> &Daemon {
        self.parts().client.daemon()
    }

    #[cfg(feature = "client")]
    pub(crate) fn client(&self) -> &Arc<Client> {
        &self.parts().client
    }

    /// Adds handlers of this wallet's own, by the paths of their functions. For this wallet they stand before those
    /// that registered themselves. The handlers of its own that they replace are returned.
    ///
    /// # Errors
    /// None today: what a handler asks for was checked while compiling.
    pub fn add_event_handlers(&self, handlers: Handlers) -> Result<Vec<HandlerInfo>> {
        Ok(self.parts().own.add(handlers.into_handlers()))
    }

    /// Adds a handler by hand for one event or several. It receives the [`Update`] and is checked only when it
    /// runs. Its error is a [`BoxError`], which `?` makes of any other: of `anyhow`'s too, but not `anyhow::bail!`.
    /// The handlers of this wallet's own that it replaces are returned.
    ///
    /// ```
    /// use bitcart_events::{Coin, Update, event::NewBlock};
    ///
    /// let coin = Coin::btc("xpub…");
    /// coin.add_event_handler("new_block", |update: Update| async move {
    ///     let block: NewBlock = update.payload()?;
    ///     println!("height {}", block.height);
    ///     Ok(())
    /// })?;
    /// # Ok::<(), bitcart_events::Error>(())
    /// ```
    ///
    /// # Errors
    /// When there is no event of such a name.
    #[track_caller]
    pub fn add_event_handler<F, Fut>(&self, events: impl EventNames, handler: F) -> Result<Vec<HandlerInfo>>
    where
        F: Fn(Update) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        Ok(self.parts().own.add(Handler::by_hand(&find_events(&events)?, Location::caller(), handler)))
    }

    pub(crate) fn own_handler(&self, event: Event) -> Option<Handler> {
        let own = self.parts().own.added();
        let own = own.of(event);
        own.find(Some(self.parts().currency)).or_else(|| own.find(None)).cloned()
    }

    #[cfg(feature = "websocket")]
    pub(crate) fn has_own_handlers(&self) -> bool {
        !self.parts().own.added().is_empty()
    }

    pub(crate) fn own_handlers(&self) -> Vec<Handler> {
        self.parts().own.added().handlers()
    }

    /// A listener for this wallet, to be given states and settings.
    pub fn listener(&self) -> ListenerBuilder {
        ListenerBuilder::new(Source::Coin(self.clone()))
    }

    pub(crate) fn own_listener(&self) -> Result<Listener> {
        self.parts().own.listener(Source::Coin(self.clone()))
    }

    /// Stops what this coin's own methods started: see [`Listener::shut_down`]. It accepts nothing afterwards. A listener
    /// that you have built yourself is stopped by its own method.
    ///
    /// # Errors
    /// As there.
    pub async fn shut_down(&self) -> Result<()> {
        self.parts().own.shut_down(Source::Coin(self.clone())).await
    }

    /// Passes updates to the handlers, as if the daemon had sent them, and waits for the handlers.
    ///
    /// See [`Listener::process_updates`], which this calls on the coin's own listener: one without states, with an inbox in memory and an
    /// order of its own, also if the coin is a handler's `instance`.
    ///
    /// # Errors
    /// As there, and when the registered handlers do not fit together.
    pub async fn process_updates(&self, updates: impl Updates) -> Result<Report> {
        self.own_listener()?.process_updates(updates).await
    }
}

/// Shows the currency and the wallet's fingerprint, never its key.
impl fmt::Debug for Coin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.wallet_shown() {
            Some(wallet) => write!(f, "Coin({} {wallet})", self.parts().currency),
            None => write!(f, "Coin({})", self.parts().currency),
        }
    }
}

/// The same currency and the same wallet.
impl PartialEq for Coin {
    fn eq(&self, other: &Self) -> bool {
        (self.currency(), self.wallet()) == (other.currency(), other.wallet())
    }
}

impl Eq for Coin {}
