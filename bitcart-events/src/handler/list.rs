//! Handlers that are named one by one, and those that register themselves.

use std::fmt;

use super::{Call, Caller, Handler, HandlerInfo, Invocation, Registration};

/// Implemented by `#[on]` for the hidden struct that stands next to the function.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler",
    label = "expected functions with `#[on(…)]`; write `add_event_handler(\"event\", …)` for a closure or a plain one"
)]
pub trait Handle {
    /// Calls the function, or answers what it is: a [`Caller`]. What it is, is no constant of its own, because rustc would
    /// evaluate that whenever it checks the crate.
    fn call<'u>(call: &'u Invocation<'u>) -> Call<'u>;

    /// What is handed to the registry. Here, because beside each handler it would cost the compiler more.
    const REGISTERED: Registered = Registered(Self::call);
}

/// What a function with `#[on]` hands to the registry.
#[doc(hidden)]
#[derive(Debug)]
pub struct Registered(pub Caller);

inventory::collect!(Registered);

/// Every handler that registered itself, in an order that does not change from run to run.
pub(crate) fn registry() -> Vec<Handler> {
    let order = |handler: &Handler| {
        let HandlerInfo { file, line, name, .. } = handler.info();
        (file, line, name)
    };
    let mut all = Vec::new();
    // Put in order one by one: code that sorts would be in memory as long as the program is.
    for registered in inventory::iter::<Registered> {
        for handler in &Handler::of(Registration::of(registered.0)) {
            let at = all.partition_point(|known| order(known) <= order(handler));
            all.insert(at, handler.clone());
        }
    }
    all
}

/// A list of handlers, made by [`handlers!`](crate::handlers).
#[derive(Clone, Copy)]
pub struct Handlers(&'static [Caller]);

impl Handlers {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(list: &'static [Caller]) -> Self {
        Self(list)
    }

    pub(crate) fn into_handlers(self) -> Vec<Handler> {
        let mut handlers = Vec::new();
        for caller in self.0 {
            handlers.append(&mut Handler::of(Registration::of(*caller)));
        }
        handlers
    }
}

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.into_handlers().iter().map(Handler::info)).finish()
    }
}

/// Names handlers one by one, by the paths of their functions.
///
/// For tests, for several listeners in one program, and where no registry is wanted; with
/// `#[on("…", register = false)]` such a function is in no registry.
///
/// ```
/// use bitcart_events::{Coin, Event, handlers, on};
///
/// #[on("new_block", register = false)]
/// fn block(event: Event, height: u64) {}
///
/// mod payments {
///     use bitcart_events::{Event, PaymentStatus, on};
///
///     #[on("new_payment", register = false)]
///     pub fn paid(event: Event, address: &str, status: PaymentStatus) {}
/// }
///
/// let coin = Coin::btc("xpub…");
/// coin.add_event_handlers(handlers![block, payments::paid])?;
/// # Ok::<(), bitcart_events::Error>(())
/// ```
///
/// It names the hidden struct that `#[on]` writes next to the function, which a module of the same name imported
/// beside it would clash with (`mod paid; use paid::paid;`): give one of the two another name, or leave the struct
/// out with `companion = false`.
#[macro_export]
macro_rules! handlers {
    ($($handler:path),* $(,)?) => {{
        const LIST: &[$crate::__private::Caller] =
            &[$(<$handler as $crate::__private::Handle>::call),*];
        $crate::Handlers::new(LIST)
    }};
}
