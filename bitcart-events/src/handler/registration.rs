//! What `#[on]` writes down about a function.

use std::panic::Location;
use std::sync::Arc;

use super::{Call, Needs};
use crate::Currency;
use crate::schema::EventSchema;

/// One for each function, however many events it handles.
#[doc(hidden)]
#[derive(Debug)]
pub struct Registration {
    /// The function's path.
    pub(crate) name: &'static str,
    pub(crate) file: &'static str,
    pub(crate) line: u32,
    pub(crate) subscriptions: Vec<Arc<Subscription>>,
    /// Empty: every currency.
    pub(crate) currencies: Vec<Currency>,
    pub(crate) needs: Needs,
    pub(crate) call: Call,
}

impl Registration {
    /// Stands beside a compile error, so that `handlers![…]` does not add a second one.
    pub const NOTHING: Self = Self {
        name: "",
        file: "",
        line: 0,
        subscriptions: Vec::new(),
        currencies: Vec::new(),
        needs: Needs::NONE,
        call: Call::Plain(|_| Ok(())),
    };

    /// `parameters` are the names of all, with spaces between them: one text costs the compiler less than lists of numbers,
    /// and where the fields stand in each event is found out here. Arrays cost it less than references to them.
    #[must_use]
    #[track_caller]
    pub fn new<const EVENTS: usize, const CURRENCIES: usize>(
        name: &'static str,
        events: [&'static EventSchema; EVENTS],
        parameters: &str,
        currencies: [Currency; CURRENCIES],
        call: Call,
    ) -> Self {
        let place = Location::caller();
        let subscriptions = events.into_iter().map(|event| Arc::new(Subscription::new(event, parameters)));
        Self {
            name,
            file: place.file(),
            line: place.line(),
            subscriptions: subscriptions.collect(),
            currencies: currencies.into(),
            needs: call.needs(),
            call,
        }
    }

    /// With so many attempts after a failed one.
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        self.needs.retries = Some(retries);
        self
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
        let column = |name| event.fields.iter().position(|field| field.name == name);
        Self { event, columns: parameters.split(' ').map(column).collect() }
    }
}
