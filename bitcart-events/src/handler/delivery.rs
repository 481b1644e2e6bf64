//! What a handler can know about how its event came to it.

use std::fmt::Write;
use std::time::SystemTime;

use super::{Attempt, HandlerError, Invocation};
use crate::inbox::Origin;
use crate::sealed::Sealed;

/// How an event came to its handler: which one it is, in which attempt, and from where.
///
/// A handler asks for it by its type; the parameter may have any name.
///
/// ```
/// use bitcart_events::{Delivery, Event, PaymentStatus, on};
/// # struct Bank;
/// # impl Bank { async fn transfer_once(&self, _key: &str) -> Result<(), String> { Ok(()) } }
/// # use bitcart_events::State;
///
/// #[on("new_payment", register = false)]
/// async fn paid(
///     event: Event, address: &str, status: PaymentStatus, delivery: Delivery, bank: State<Bank>,
/// ) -> Result<(), String> {
///     println!("{event} {}, attempt {}", delivery.key(), delivery.attempt());
///     if status == PaymentStatus::Paid {
///         // The payment's key, not the event's: a payment may become `Paid` again after a reorganisation.
///         bank.transfer_once(address).await?;
///     }
///     Ok(())
/// }
/// # let event = Event::find("new_payment")?;
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// // In a test of the handler: the second attempt.
/// let delivery = Delivery::new("9f86d081-1764").with_attempt(2);
/// paid(event, "1f804621c6", PaymentStatus::Paid, delivery, State::new(Bank)).await
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Delivery {
    key: String,
    attempt: u32,
    origin: Origin,
    accepted: SystemTime,
}

impl Sealed for Delivery {}

impl Delivery {
    /// One to call a handler with, in a test: a first attempt, [live](Origin::Live), accepted now.
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), attempt: 1, origin: Origin::Live, accepted: SystemTime::now() }
    }

    /// The same in another attempt.
    #[must_use]
    pub fn with_attempt(self, attempt: u32) -> Self {
        Self { attempt, ..self }
    }

    /// The same from elsewhere.
    #[must_use]
    pub fn with_origin(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    /// The same at another time.
    #[must_use]
    pub fn with_accepted(self, accepted: SystemTime) -> Self {
        Self { accepted, ..self }
    }

    /// The event's key: the same in every attempt and, if the inbox is durable, after a restart; no other event has it.
    /// Give it to what is asked to do something once for this event: an idempotency key. A payment can have several events,
    /// with the same status too; what is done once for a payment has its `address` as the key.
    ///
    /// It is short, of lower-case letters, digits and one `-`: `9f86d081-1764`.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Which attempt this is, from 1. In a later one the event may have been handled before: by an attempt that failed, or
    /// in a process that ended before it could write down that it had not. So it also grows at a start for what only stood
    /// behind other events, and it goes on when a dead letter is replayed, which has its retries anew.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// How the event came.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// When it was accepted, by this machine's clock. Of an inbox in a file the first attempt is told when that was committed, later
    /// ones when it was written, some milliseconds before.
    #[must_use]
    pub fn accepted(&self) -> SystemTime {
        self.accepted
    }
}

impl From<&Attempt> for Delivery {
    fn from(attempt: &Attempt) -> Self {
        // The key begins with which inbox it is, because each counts its events from 1.
        let mut key = String::with_capacity(16);
        for byte in attempt.inbox.iter().take(4) {
            // Writing to a `String` does not fail.
            let _ = write!(key, "{byte:02x}");
        }
        let _ = write!(key, "-{}", attempt.id.0);
        Self { key, attempt: attempt.number, origin: attempt.origin, accepted: attempt.accepted }
    }
}

/// What a parameter of a type named `Delivery` can be: [`Delivery`].
#[diagnostic::on_unimplemented(
    message = "the delivery cannot be passed as `{Self}`",
    label = "expected `bitcart_events::Delivery`",
    note = "a parameter of a type named `Delivery` is how the event came: give a type of your own another name"
)]
pub trait DeliveryArgument: Sealed + Sized {
    #[doc(hidden)]
    fn argument(invocation: &Invocation<'_>, parameter: usize) -> Result<Self, HandlerError>;
}

#[diagnostic::do_not_recommend]
impl DeliveryArgument for Delivery {
    fn argument(invocation: &Invocation<'_>, _: usize) -> Result<Self, HandlerError> {
        Ok(invocation.given(&|| None)?.attempt.into())
    }
}
