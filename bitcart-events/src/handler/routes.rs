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
    /// Adds a handler, and tells of those whose place it takes.
    pub(crate) fn insert(&mut self, handler: &Handler, replaced: &mut dyn FnMut(Duplicate)) {
        if handler.currencies().is_empty() {
            self.put(None, handler, replaced);
        }
        for currency in handler.currencies() {
            self.put(Some(*currency), handler, replaced);
        }
    }

    fn put(&mut self, currency: Option<Currency>, handler: &Handler, replaced: &mut dyn FnMut(Duplicate)) {
        let event = handler.event();
        let theirs = self.range(event);
        let end = theirs.end;
        for route in self.0.get_mut(theirs).unwrap_or_default() {
            if route.currency == currency {
                replaced(Duplicate { currency, first: route.handler.info(), second: handler.info() });
                route.handler = handler.clone();
                return;
            }
        }
        self.0.insert(end, Route { event, currency, handler: handler.clone() });
    }

    /// The handlers for this event.
    pub(crate) fn of(&self, event: Event) -> Places<'_> {
        Places(self.0.get(self.range(event)).unwrap_or_default())
    }

    fn range(&self, event: Event) -> Range<usize> {
        // By their lengths first: most names differ in it.
        let order = |event: Event| (event.name().len(), event.name());
        let first = self.0.partition_point(|route| order(route.event) < order(event));
        let rest = self.0.get(first..).unwrap_or_default();
        let count = rest.iter().position(|route| route.event != event).unwrap_or(rest.len());
        first..first + count
    }

    #[cfg(feature = "polling")]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, one of several currencies once for each.
    pub(crate) fn handlers(&self) -> Vec<Handler> {
        let mut handlers = Vec::with_capacity(self.0.len());
        for route in &self.0 {
            handlers.push(route.handler.clone());
        }
        handlers
    }
}
