//! Wallets that are named by two texts: a token's, and Monero's.

use crate::{Coin, Currency};

impl Coin {
    /// The wallet of one token: an address, and the token's contract on its chain. At the daemon's default address,
    /// login and password; [`at`](Self::at) takes the same [key](Self::token_key).
    ///
    /// Its balance, its requests and its events are in the token. The wallet itself, for the chain's own coin, is a
    /// coin of its own.
    ///
    /// ```
    /// use bitcart_events::{Coin, Currency};
    ///
    /// let tokens = Coin::token(
    ///     Currency::Eth,
    ///     "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    ///     "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0",
    /// );
    /// ```
    #[must_use]
    pub fn token(currency: Currency, wallet: impl AsRef<str>, contract: impl AsRef<str>) -> Self {
        Self::new(currency, Self::token_key(wallet, contract))
    }

    /// The key of a token's wallet: `WALLET_CONTRACT`, as daemons name it in events (capture `eth_ws`). Whatever takes
    /// a wallet's key takes this too: [`at`](Self::at), [`ApiManager`](crate::ApiManager), the setting `ETH_WALLETS`.
    ///
    /// Write the contract as the daemon does, on ETH and its relatives with the capitals of its checksum: events are
    /// matched by the letters of the key.
    ///
    /// ```
    /// use bitcart_events::{ApiManager, Coin};
    ///
    /// let manager = ApiManager::builder().wallet("ETH", Coin::token_key("0x7099…", "0x9fE4…")).build()?;
    /// assert_eq!(manager.coins()[0].wallet(), Some("0x7099…_0x9fE4…"));
    /// # Ok::<(), bitcart_events::Error>(())
    /// ```
    #[must_use]
    pub fn token_key(wallet: impl AsRef<str>, contract: impl AsRef<str>) -> String {
        format!("{}_{}", wallet.as_ref(), contract.as_ref())
    }

    /// A Monero wallet by its secret view key and its address. A daemon needs both to load it, because the one does not
    /// follow from the other (read in code at `006a7b89`: `KeyStore.load_account_from_key`). At the daemon's default
    /// address, login and password; [`at`](Self::at) takes the same as [one text](Self::monero_key).
    ///
    /// [`xmr`](Self::xmr) with the view key alone is for a wallet that the daemon has loaded before, and with a seed for
    /// one whose address follows from it.
    ///
    /// ```
    /// use bitcart_events::Coin;
    ///
    /// let coin = Coin::monero("f359631075708155cc3d…", "44AFFq5kSiGBoZ4NMDwY…");
    /// // Events name it by its view key alone.
    /// assert_eq!(coin.wallet(), Some("f359631075708155cc3d…"));
    /// assert_eq!(coin, Coin::xmr("f359631075708155cc3d…"));
    /// ```
    #[must_use]
    pub fn monero(view_key: impl AsRef<str>, address: impl AsRef<str>) -> Self {
        Self::new(Currency::Xmr, Self::monero_key(view_key, address))
    }

    /// A Monero wallet's view key and address as one text, `VIEW_KEY_ADDRESS`, for whatever takes a wallet's key:
    /// [`at`](Self::at), [`ApiManager`](crate::ApiManager), the setting `XMR_WALLETS`. Neither of the two, and no seed,
    /// has a `_` in it.
    ///
    /// It is a form of this crate: calls carry the two apart, and [`wallet`](Self::wallet) is the view key.
    ///
    /// ```
    /// use bitcart_events::{ApiManager, Coin, Currency};
    ///
    /// let manager = ApiManager::builder().wallet("XMR", Coin::monero_key("f3596310…", "44AFFq5k…")).build()?;
    /// assert!(manager.coin(Currency::Xmr, "f3596310…").is_some());
    /// # Ok::<(), bitcart_events::Error>(())
    /// ```
    #[must_use]
    pub fn monero_key(view_key: impl AsRef<str>, address: impl AsRef<str>) -> String {
        format!("{}_{}", view_key.as_ref(), address.as_ref())
    }
}
