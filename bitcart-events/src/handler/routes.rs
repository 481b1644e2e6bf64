//! Which handler an event goes to.

use std::collections::BTreeMap;

use super::{Handler, HandlerInfo};
use crate::Currency;
use crate::schema::Event;

/// Handlers by event, each for one currency or for all of them. A few names are compared sooner than one is hashed.
#[derive(Clone, Default)]
pub(crate) struct Routes(BTreeMap<&'static str, Vec<(Option<Currency>, Handler)>>);

/// Two handlers for the same event, and the same currency if they name one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Duplicate {
    pub(crate) currency: Option<Currency>,
    pub(crate) first: HandlerInfo,
    pub(crate) second: HandlerInfo,
}

/// The handlers for one event.
#[derive(Clone, Copy)]
pub(crate) struct Places<'r>(&'r [(Option<Currency>, Handler)]);

impl<'r> Places<'r> {
    /// The one that names `currency`, or with `None` the one for all currencies.
    pub(crate) fn find(self, currency: Option<Currency>) -> Option<&'r Handler> {
        self.0.iter().find(|(place, _)| *place == currency).map(|(_, handler)| handler)
    }
}

impl Routes {
    /// Adds a handler; the ones whose place it takes are returned.
    pub(crate) fn insert(&mut self, handler: &Handler) -> Vec<Duplicate> {
        let places = match handler.currencies() {
            [] => vec![None],
            currencies => currencies.iter().copied().map(Some).collect(),
        };
        let entries = self.0.entry(handler.event().name()).or_default();
        let mut replaced = Vec::new();
        for place in places {
            match entries.iter_mut().find(|(currency, _)| *currency == place) {
                Some((currency, occupant)) => {
                    let (first, second) = (occupant.info(), handler.info());
                    replaced.push(Duplicate { currency: *currency, first, second });
                    *occupant = handler.clone();
                }
                None => entries.push((place, handler.clone())),
            }
        }
        replaced
    }

    /// The handlers for this event.
    pub(crate) fn of(&self, event: Event) -> Places<'_> {
        Places(self.0.get(event.name()).map_or(&[], Vec::as_slice))
    }

    pub(crate) fn handlers(&self) -> impl Iterator<Item = &Handler> {
        self.0.values().flatten().map(|(_, handler)| handler)
    }
}
