//! The arguments that are not fields: the event, and the wallet's coin.

use super::{HandlerError, Invocation};
use crate::Coin;
use crate::schema::Event;
use crate::sealed::Sealed;

/// What the parameter `event` can be: [`Event`], or `&str` for its name.
#[diagnostic::on_unimplemented(
    message = "the event cannot be passed as `{Self}`",
    label = "this is the event",
    note = "write `event: Event`, or `event: &str` for its name alone"
)]
pub trait EventArgument<'u>: Sealed + Sized {
    #[doc(hidden)]
    fn argument(invocation: &Invocation<'u>, parameter: usize) -> Result<Self, HandlerError>;
}

#[diagnostic::do_not_recommend]
impl<'u> EventArgument<'u> for Event {
    fn argument(invocation: &Invocation<'u>, _: usize) -> Result<Self, HandlerError> {
        Ok(invocation.given(&|| None)?.update.event())
    }
}

#[diagnostic::do_not_recommend]
impl<'u> EventArgument<'u> for &'u str {
    fn argument(invocation: &Invocation<'u>, _: usize) -> Result<Self, HandlerError> {
        Ok(invocation.given(&|| None)?.update.event().name())
    }
}

/// What the parameter `instance` can be: [`Coin`].
#[diagnostic::on_unimplemented(
    message = "the wallet cannot be passed as `{Self}`",
    label = "this is the wallet that the event came for",
    note = "write `instance: Coin`"
)]
pub trait InstanceArgument: Sealed + Sized {
    #[doc(hidden)]
    fn argument(invocation: &Invocation<'_>, parameter: usize) -> Result<Self, HandlerError>;
}

#[diagnostic::do_not_recommend]
impl InstanceArgument for Coin {
    fn argument(invocation: &Invocation<'_>, _: usize) -> Result<Self, HandlerError> {
        Ok(invocation.given(&|| None)?.update.coin().clone())
    }
}
