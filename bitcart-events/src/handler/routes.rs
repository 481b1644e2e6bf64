//! Which handler an event goes to.

use std::ops::Range;

use super::{Handler, HandlerInfo};
use crate::Currency;
use crate::schema::Event;

/// Handlers in the order of their events, each for one currency or for all of them.
#[derive(Clone, Default)]
pub(crate) struct Routes(Vec<Route>);

#[derive(Clone)]
struct Route {
    event: Event,
    /// `None` is all.
    currency: Option<Currency>,
    handler: Handler,
}

/// Two handlers for the same event, and the same currency if they name one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Duplicate {
    pub(crate) currency: Option<Currency>,
    pub(crate) first: HandlerInfo,
    pub(crate) second: HandlerInfo,
}

/// The handlers for one event.
#[derive(Clone, Copy)]
pub(crate) struct Places<'r>(&'r [Route]);

impl<'r> Places<'r> {
    /// The one that names `currency`, or with `None` the one for all currencies.
    pub(crate) fn find(self, currency: Option<Currency>) -> Option<&'r Handler> {
        self.0.iter().find(|route| route.currency == currency).map(|route| &route.handler)
    }
}

impl Routes {
    /// Adds a handler; the ones whose place it takes are returned.
    pub(crate) fn insert(&mut self, handler: &Handler) -> Vec<Duplicate> {
        let places = match handler.currencies() {
            [] => vec![None],
            currencies => currencies.iter().copied().map(Some).collect(),
        };
        let event = handler.event();
        let mut replaced = Vec::new();
        for currency in places {
            let theirs = self.range(event);
            let end = theirs.end;
            match self
                .0
                .get_mut(theirs)
                .unwrap_or_default()
                .iter_mut()
                .find(|route| route.currency == currency)
            {
                Some(Route { handler: occupant, .. }) => {
                    let (first, second) = (occupant.info(), handler.info());
                    replaced.push(Duplicate { currency, first, second });
                    *occupant = handler.clone();
                }
                None => self.0.insert(end, Route { event, currency, handler: handler.clone() }),
            }
        }
        replaced
    }

    /// The handlers for this event.
    pub(crate) fn of(&self, event: Event) -> Places<'_> {
        Places(self.0.get(self.range(event)).unwrap_or_default())
    }

    fn range(&self, event: Event) -> Range<usize> {
        // By their lengths first: most names differ in it.
        let order = |event: Event| (event.name().len(), event.name());
        let first = self.0.partition_point(|route| order(route.event) < order(event));
        let count = self.0.iter().skip(first).take_while(|route| route.event == event).count();
        first..first + count
    }

    pub(crate) fn handlers(&self) -> impl Iterator<Item = &Handler> {
        self.0.iter().map(|route| &route.handler)
    }
}
