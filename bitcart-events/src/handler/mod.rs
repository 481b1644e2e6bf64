//! A handler: what `#[on]` registers, or a closure by hand.

pub(crate) mod additions;
mod arguments;
mod attempt;
mod call;
mod delivery;
mod description;
mod final_error;
mod inbox_tx;
mod list;
mod needs;
mod outcome;
mod registration;
mod routes;
mod state;
#[cfg(test)]
mod tests;
pub(crate) mod with_arguments;

use std::any::type_name;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;

pub use arguments::{EventArgument, InstanceArgument};
pub(crate) use attempt::Attempt;
pub use call::{Ask, Call, Caller, Invocation, async_handler, blocking, plain, read, unread};
pub(crate) use call::{Given, Started};
pub use delivery::{Delivery, DeliveryArgument};
pub(crate) use description::Subscription;
pub use final_error::Final;
#[cfg(feature = "sqlite")]
pub use inbox_tx::InboxTx;
pub use inbox_tx::InboxTxArgument;
pub(crate) use list::registry;
pub use list::{Handle, Handlers, Registered};
pub(crate) use needs::{Need, Needs};
pub use outcome::{HandlerError, IntoOutcome, Outcome};
pub(crate) use registration::Registration;
pub use registration::{described, retries};
pub(crate) use routes::{Duplicate, Routes};
pub(crate) use state::StateNeed;
pub(crate) use state::States;
pub use state::{State, StateArgument};

use self::description::Description;
use crate::schema::Event;
use crate::sealed::Sealed;
use crate::{BoxError, Currency, Error, ErrorKind, Result, Update};

/// A handler with the event that it is asked for.
#[derive(Clone)]
pub(crate) enum Handler {
    Registered(Arc<Registration>, Arc<Subscription>),
    ByHand(Arc<ByHand>),
}

pub(crate) struct ByHand {
    event: Event,
    name: &'static str,
    place: &'static Location<'static>,
    pub(crate) run: Box<dyn Fn(Update) -> HandFuture + Send + Sync>,
}

pub(crate) type HandFuture = Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>>;

impl Handler {
    /// The handlers that a function stands for: one for each of its events.
    pub(crate) fn of(registration: Registration) -> Vec<Self> {
        let registration = Arc::new(registration);
        let mut handlers = Vec::new();
        for theirs in &registration.description.subscriptions {
            handlers.push(Self::Registered(Arc::clone(&registration), Arc::clone(theirs)));
        }
        handlers
    }

    /// One by hand for each name.
    pub(crate) fn by_hand<F, Fut>(
        events: &[Event],
        place: &'static Location<'static>,
        handler: F,
    ) -> Vec<Self>
    where
        F: Fn(Update) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        let handler = Arc::new(handler);
        let one = |event: &Event| {
            let handler = Arc::clone(&handler);
            let run = Box::new(move |update| Box::pin(handler(update)) as HandFuture);
            Self::ByHand(Arc::new(ByHand { event: *event, name: type_name::<F>(), place, run }))
        };
        events.iter().map(one).collect()
    }

    pub(crate) fn event(&self) -> Event {
        match self {
            Self::Registered(_, subscription) => Event::new(subscription.event),
            Self::ByHand(by_hand) => by_hand.event,
        }
    }

    /// The currencies that it is for; empty means all of them.
    pub(crate) fn currencies(&self) -> &[Currency] {
        match self {
            Self::Registered(registration, _) => &registration.description.currencies,
            Self::ByHand(_) => &[],
        }
    }

    pub(crate) fn info(&self) -> HandlerInfo {
        let (name, file, line) = match self {
            Self::Registered(registration, _) => {
                let Description { name, file, line, .. } = registration.description;
                (name, file, line)
            }
            Self::ByHand(by_hand) => (by_hand.name, by_hand.place.file(), by_hand.place.line()),
        };
        HandlerInfo { event: self.event(), name, file, line }
    }
}

/// Which handler it is, and where it stands: `shop::paid (src/main.rs:12)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandlerInfo {
    /// The event that it handles.
    pub event: Event,
    /// The function's path; for a closure, what the compiler calls it.
    pub name: &'static str,
    /// The source file of the attribute, or of the call that added it by hand.
    pub file: &'static str,
    /// The line in it.
    pub line: u32,
}

impl fmt::Display for HandlerInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({}:{})", self.name, self.file, self.line)
    }
}

/// One event name or several: what `add_event_handler` takes. Sealed: no other type joins in.
pub trait EventNames: Sealed {
    #[doc(hidden)]
    fn names(&self) -> Vec<&str>;
}

impl EventNames for &str {
    fn names(&self) -> Vec<&str> {
        vec![self]
    }
}

impl EventNames for Event {
    fn names(&self) -> Vec<&str> {
        vec![self.name()]
    }
}

macro_rules! lists_of_names {
    ($([$($generics:tt)*] $ty:ty;)*) => { $(
        impl<$($generics)*> EventNames for $ty {
            fn names(&self) -> Vec<&str> {
                self.to_vec()
            }
        }
    )* };
}
lists_of_names!([const N: usize] [&str; N]; [const N: usize] &[&str; N]; [] &[&str]; [] Vec<&str>;);

/// The events of these names.
pub(crate) fn find_events(names: &impl EventNames) -> Result<Vec<Event>> {
    let find = |name| Event::find(name).map_err(|error| Error::new(ErrorKind::Handlers, error.to_string()));
    names.names().into_iter().map(find).collect()
}
