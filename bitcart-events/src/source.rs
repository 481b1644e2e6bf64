//! Whose events a listener takes: one coin's, or those of all the wallets of a manager.

use std::fmt;
use std::hash::{Hash, Hasher};

#[cfg(feature = "polling")]
use tokio::sync::watch;

use crate::field::StrField;
use crate::handler::{Handler, Routes};
use crate::intake::Parcel;
use crate::schema::event;
use crate::update::Said;
use crate::wallet::{Fingerprint, WalletId};
use crate::{ApiManager, Coin, Currency, Event};

#[derive(Clone)]
pub(crate) enum Source {
    Coin(Coin),
    Manager(ApiManager),
}

/// Updates for somebody else.
#[derive(Debug)]
pub(crate) enum Unasked {
    /// A wallet that is not listened to, by its fingerprint.
    Wallet(String),
    /// A currency that is not listened to.
    Currency(String),
    /// A manager was given a list that names none.
    NoCurrency,
}

impl fmt::Display for Unasked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wallet(shown) => write!(f, "for a wallet that is not listened to ({shown})"),
            Self::Currency(code) => write!(f, "for a currency that is not listened to ({code})"),
            Self::NoCurrency => {
                f.write_str("for no currency: a manager needs the envelope with `currency` and `wallet`")
            }
        }
    }
}

/// What is kept in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Lane {
    /// The events of a wallet; `None` where the daemon named none.
    Wallet(Currency, Option<WalletId>),
    /// The events of one payment, if they are wanted apart.
    Payment(Currency, Option<WalletId>, String),
    /// The blocks of a currency, in a manager.
    Blocks(Currency),
}

impl Lane {
    pub(crate) fn of(coin: &Coin) -> Self {
        Self::Wallet(coin.currency(), coin.id())
    }

    /// One whose address cannot be read has none of its own.
    fn of_payment(coin: &Coin, said: Said<'_>) -> Option<Self> {
        let address = String::from_field(said.field(0)).ok()?;
        Some(Self::Payment(coin.currency(), coin.id(), address))
    }
}

/// The wallet says almost all.
impl Hash for Lane {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (Self::Wallet(_, wallet) | Self::Payment(_, wallet, _)) = self else { return };
        if let Some(wallet) = wallet {
            wallet.hash(state);
        }
        if let Self::Payment(.., address) = self {
            address.hash(state);
        }
    }
}

impl Source {
    /// The wallet that the envelope names, if it is listened to.
    pub(crate) fn resolve(&self, parcel: &Parcel<'_>) -> Result<Coin, Unasked> {
        let named = parcel.currency.as_deref().map(|code| {
            let shown = || {
                // What is no code may be anything, and is not shown: a wallet's key, for one.
                let is_code = code.len() <= 10 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
                if is_code { code.to_owned() } else { format!("{} bytes", code.len()) }
            };
            code.parse::<Currency>().map_err(|_| Unasked::Currency(shown()))
        });
        let named = named.transpose()?;
        let wallet = parcel.wallet.as_deref();
        let stranger = || Unasked::Wallet(Fingerprint(wallet.unwrap_or_default()).to_string());
        match self {
            Self::Coin(coin) => match named {
                Some(currency) if currency != coin.currency() => Err(Unasked::Currency(currency.to_string())),
                _ if wallet.is_some() && wallet != coin.wallet() => Err(stranger()),
                _ => Ok(coin.clone()),
            },
            Self::Manager(manager) => {
                if named.is_none() && !parcel.from_daemon {
                    return Err(Unasked::NoCurrency);
                }
                // The BTC daemons before September 2020 named no currency (read in code).
                let currency = named.unwrap_or(Currency::Btc);
                if !manager.serves(currency) {
                    return Err(Unasked::Currency(currency.to_string()));
                }
                manager.find(currency, wallet).ok_or_else(stranger)
            }
        }
    }

    /// What the update is kept in order with.
    pub(crate) fn lane(&self, coin: &Coin, said: Said<'_>, payments_apart: bool) -> Lane {
        self.lane_apart(coin, said, payments_apart).unwrap_or_else(|| Lane::of(coin))
    }

    /// The same, unless it is its wallet's. A manager's blocks belong to the currency, not to one of its wallets,
    /// unless that wallet has a handler of its own for them.
    pub(crate) fn lane_apart(&self, coin: &Coin, said: Said<'_>, payments_apart: bool) -> Option<Lane> {
        if payments_apart && said.is::<event::NewPayment>() {
            return Lane::of_payment(coin, said);
        }
        let is_manager = matches!(self, Self::Manager(_));
        let is_for_all =
            is_manager && said.is::<event::NewBlock>() && coin.own_handler(said.event()).is_none();
        is_for_all.then(|| Lane::Blocks(coin.currency()))
    }

    /// The most specific handler: the wallet's own, then one for its currency, then the general one. What was added
    /// to a manager stands before what registered itself.
    pub(crate) fn find(&self, coin: &Coin, event: Event, registered: &Routes) -> Option<Handler> {
        if let Some(own) = coin.own_handler(event) {
            return Some(own);
        }
        let added = match self {
            Self::Coin(_) => None,
            Self::Manager(manager) => Some(manager.added()),
        };
        let (added, registered) = (added.as_ref().map(|added| added.of(event)), registered.of(event));
        let find = |place| added.and_then(|added| added.find(place)).or_else(|| registered.find(place));
        find(Some(coin.currency())).or_else(|| find(None)).cloned()
    }

    /// Handlers that were added to a coin or a manager, for the start-up checks.
    pub(crate) fn added(&self) -> Vec<Handler> {
        match self {
            Self::Coin(coin) => coin.own_handlers(),
            Self::Manager(manager) => {
                let mut handlers = manager.added().handlers();
                for coin in manager.coins() {
                    handlers.append(&mut coin.own_handlers());
                }
                handlers
            }
        }
    }

    /// Tells when wallets are added or removed; closed for a single coin, which never changes.
    #[cfg(feature = "polling")]
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        match self {
            Self::Coin(_) => watch::Sender::default().subscribe(),
            Self::Manager(manager) => manager.changes(),
        }
    }

    /// The coins that events can be for: with a wallet, and of a manager those without one too.
    pub(crate) fn all_coins(&self) -> Vec<Coin> {
        match self {
            Self::Coin(coin) => vec![coin.clone()],
            Self::Manager(manager) => manager.all_coins(),
        }
    }

    /// The coins with a wallet, in no particular order.
    #[cfg(feature = "polling")]
    pub(crate) fn coins(&self) -> Vec<Coin> {
        match self {
            Self::Coin(coin) => vec![coin.clone()],
            Self::Manager(manager) => manager.coins(),
        }
    }
}
