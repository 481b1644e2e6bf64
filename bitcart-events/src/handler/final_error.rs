//! Errors after which no other attempt is made.

use std::error::Error;
use std::fmt;

use crate::BoxError;
use crate::field::FieldError;

/// Says of an error that no other attempt would succeed: the event becomes a dead letter at once.
///
/// ```
/// use bitcart_events::{BoxError, Event, Final, State, on};
/// # struct Orders;
/// # #[derive(Debug)] struct Unreachable;
/// # impl std::fmt::Display for Unreachable {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("unreachable") }
/// # }
/// # impl std::error::Error for Unreachable {}
/// # impl Orders {
/// #     async fn find(&self, _: &str) -> Result<Option<u64>, Unreachable> { Ok(None) }
/// #     async fn settle(&self, _: u64) -> Result<(), Unreachable> { Ok(()) }
/// # }
///
/// #[on("new_payment", retries = 5, register = false)]
/// async fn paid(event: Event, address: &str, orders: State<Orders>) -> Result<(), BoxError> {
///     let order = orders.find(address).await?; // Not reached, it is tried again.
///     let Some(order) = order else {
///         return Err(Final::new("no such order").into());
///     };
///     Ok(orders.settle(order).await?)
/// }
/// # let event = Event::find("new_payment")?;
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let refused = paid(event, "1f804621c6", State::new(Orders)).await;
/// assert!(refused.is_err_and(|error| error.is::<Final>()));
/// # });
/// # Ok::<(), BoxError>(())
/// ```
///
/// It may also be what the handler returns, `Result<(), Final>`, and it is found wherever it stands in another error: in an
/// `anyhow::Error`, under a context, as the `source` of an error of one's own. With an error at hand it is
/// `.map_err(Final::new)?`.
pub struct Final(Mark);

/// Stands behind a [`Final`] in the chain of causes. `anyhow` shows the first error's text and its causes, but not what it
/// is: so what is looked for is a cause.
struct Mark(BoxError);

impl Final {
    /// Around an error, or a text.
    #[must_use]
    pub fn new(error: impl Into<BoxError>) -> Self {
        Self(Mark(error.into()))
    }

    /// The error that it was made of.
    #[must_use]
    pub fn into_inner(self) -> BoxError {
        self.0.0
    }
}

/// The error's own text.
impl fmt::Display for Final {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.0.fmt(f)
    }
}

impl fmt::Debug for Final {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Final").field(&self.0.0).finish()
    }
}

impl Error for Final {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no other attempt would succeed")
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mark")
    }
}

impl Error for Mark {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// So is a field that a handler could not read: it will be the same at every attempt.
pub(super) fn is_final(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(cause) = next {
        if cause.is::<Mark>() || cause.is::<FieldError>() {
            return true;
        }
        next = cause.source();
    }
    false
}

/// The error and its causes in one line, without what only marks it.
pub(super) fn write_chain(f: &mut fmt::Formatter<'_>, error: &(dyn Error + 'static)) -> fmt::Result {
    write!(f, "{error}")?;
    let mut next = error.source();
    while let Some(cause) = next {
        if !cause.is::<Mark>() {
            write!(f, ": {cause}")?;
        }
        next = cause.source();
    }
    Ok(())
}
