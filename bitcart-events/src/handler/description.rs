//! What a handler is: its name, its events, and where the parameters stand in them.

use std::panic::Location;
use std::sync::Arc;

use crate::Currency;
use crate::schema::EventSchema;

/// What the attribute and the name of a function say.
#[derive(Debug, Default)]
pub(crate) struct Description {
    /// The function's path.
    pub(crate) name: &'static str,
    pub(crate) file: &'static str,
    pub(crate) line: u32,
    pub(crate) subscriptions: Vec<Arc<Subscription>>,
    /// Empty: every currency.
    pub(crate) currencies: Vec<Currency>,
}

impl Description {
    pub(super) fn new(
        name: &'static str,
        place: &Location<'static>,
        events: &[&'static EventSchema],
        parameters: &str,
        currencies: &[Currency],
    ) -> Self {
        let mut subscriptions = Vec::with_capacity(events.len());
        for event in events {
            subscriptions.push(Arc::new(Subscription::new(event, parameters)));
        }
        Self { name, file: place.file(), line: place.line(), subscriptions, currencies: currencies.into() }
    }
}

/// One event of a handler.
#[derive(Debug)]
pub(crate) struct Subscription {
    pub(crate) event: &'static EventSchema,
    /// For each parameter, its place in the event's schema; `None` where it is no field of this event.
    pub(crate) columns: Vec<Option<usize>>,
}

impl Subscription {
    fn new(event: &'static EventSchema, parameters: &str) -> Self {
        let mut columns = Vec::new();
        for name in parameters.split(' ') {
            columns.push(event.place(name));
        }
        Self { event, columns }
    }
}
