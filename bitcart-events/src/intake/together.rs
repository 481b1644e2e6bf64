//! Updates on their way to their handlers.

use std::sync::Arc;

#[cfg(feature = "polling")]
use super::Read;
use super::{Parcel, Part};
use crate::Coin;
#[cfg(feature = "websocket")]
use crate::Update;
#[cfg(feature = "webhook")]
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

    /// One that was read by itself.
    #[cfg(feature = "polling")]
    pub(crate) fn one(coin: &Coin, read: Read) -> Self {
        match read {
            Ok(update) => {
                let (came, outline) = update.taken_apart();
                Self { came, parts: vec![Ok(outline)] }
            }
            Err((malformed, raw)) => {
                let part = Err((malformed, 0..raw.len()));
                Self::new(coin, raw.into(), Table::default(), vec![part])
            }
        }
    }

    /// Each by itself.
    #[cfg(feature = "websocket")]
    pub(crate) fn each(self) -> impl Iterator<Item = Read> {
        let Self { came, parts } = self;
        parts.into_iter().map(move |part| match part {
            Ok(outline) => Ok(Update::new(&came, outline)),
            Err((malformed, raw)) => Err((malformed, came.text(raw).to_owned())),
        })
    }

    /// What the first one says.
    #[cfg(feature = "webhook")]
    pub(crate) fn first(&self) -> Option<Said<'_>> {
        self.parts.first()?.as_ref().ok().map(|outline| self.came.said(outline))
    }
}
