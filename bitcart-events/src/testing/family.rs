//! The three kinds of daemons there are behind ten currencies.

use crate::Currency;

/// What a currency's daemon is built on; all of a family behave alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Electrum's wallets: the mempool counts, and transactions are verified.
    Electrum,
    /// Bitcart's own wallets, with one address each: only what is in a block counts, by its sender.
    Blocks,
    /// The same, with an address for each request, and with the mempool.
    Monero,
}

impl Family {
    pub(super) fn of(currency: Currency) -> Self {
        match currency {
            Currency::Btc | Currency::Ltc | Currency::Bch | Currency::Xrg | Currency::Grs => Self::Electrum,
            Currency::Eth | Currency::Bnb | Currency::Matic | Currency::Trx => Self::Blocks,
            Currency::Xmr => Self::Monero,
        }
    }
}
