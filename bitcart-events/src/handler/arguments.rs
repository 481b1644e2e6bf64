//! The arguments that are not fields: the event, and the wallet's coin.

use super::Invocation;
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
    fn read(invocation: &Invocation<'u>) -> Self;
}

#[diagnostic::do_not_recommend]
impl<'u> EventArgument<'u> for Event {
    fn read(invocation: &Invocation<'u>) -> Self {
        invocation.update.event()
    }
}

#[diagnostic::do_not_recommend]
impl<'u> EventArgument<'u> for &'u str {
    fn read(invocation: &Invocation<'u>) -> Self {
        invocation.update.event().name()
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
    fn read(invocation: &Invocation<'_>) -> Self;
}

#[diagnostic::do_not_recommend]
impl InstanceArgument for Coin {
    fn read(invocation: &Invocation<'_>) -> Self {
        invocation.update.coin().clone()
    }
}
