//! Updates on their way to their handlers.

#[cfg(feature = "polling")]
use std::ops::Range;
use std::sync::Arc;

use super::{Parcel, Part};
use crate::Coin;
#[cfg(feature = "websocket")]
use crate::update::Said;
use crate::update::{Came, Table};

/// They came together, for one wallet: what they have in common is there once, until each goes on by itself.
#[derive(Clone)]
pub(crate) struct Together {
    pub(crate) came: Arc<Came>,
    pub(crate) parts: Vec<Part>,
}

impl Together {
    pub(super) fn new(coin: &Coin, body: Arc<str>, table: Table, parts: Vec<Part>) -> Self {
        Self { came: Came::new(coin.clone(), body, table), parts }
    }

    /// What stands in a body, for its wallet.
    pub(crate) fn of(coin: &Coin, body: &Arc<str>, parcel: Parcel<'_>) -> Self {
        Self::new(coin, Arc::clone(body), parcel.table, parcel.updates)
    }

    /// The one that stands there in a body.
    #[cfg(feature = "polling")]
    pub(crate) fn read(coin: &Coin, body: &Arc<str>, raw: Range<usize>) -> Self {
        let mut table = Table::default();
        let part = super::part(body, raw, &mut table);
        Self::new(coin, Arc::clone(body), table, vec![part])
    }

    /// Each by itself.
    #[cfg(feature = "websocket")]
    pub(crate) fn each(self) -> impl Iterator<Item = Self> {
        let Self { came, parts } = self;
        parts.into_iter().map(move |part| Self { came: Arc::clone(&came), parts: vec![part] })
    }

    /// The same for another coin.
    #[cfg(feature = "websocket")]
    pub(crate) fn of_another(&self, coin: &Coin) -> Self {
        Self { came: self.came.of(coin), parts: self.parts.clone() }
    }

    /// What the first one says; of what is no update its text.
    #[cfg(feature = "websocket")]
    pub(crate) fn first(&self) -> Result<Said<'_>, &str> {
        match self.parts.first() {
            Some(Ok(outline)) => Ok(self.came.said(outline)),
            Some(Err((_, raw))) => Err(self.came.text(raw.clone())),
            None => Err(""),
        }
    }
}
