use std::borrow::Cow;
use std::sync::Arc;

use super::{Field, FieldError};
use crate::handler::{HandlerError, Invocation};

/// What text can be passed as. `&str` and `Cow<str>` borrow from the update.
#[diagnostic::on_unimplemented(
    message = "text cannot be passed as `{Self}`",
    label = "this field is text",
    note = "write `&str` or `String`, or an `Option` of one; a newtype of yours can `#[derive(bitcart_events::field::StrField)]`, and what serde reads comes as `bitcart_events::field::Json<T>`"
)]
pub trait StrField<'u>: Sized {
    /// Reads the field.
    ///
    /// # Errors
    /// When it is missing or not text.
    fn from_field(field: Field<'u>) -> Result<Self, FieldError>;

    /// As the argument of a handler.
    #[doc(hidden)]
    fn argument(invocation: &Invocation<'u>, parameter: usize) -> Result<Self, HandlerError> {
        Ok(Self::from_field(invocation.field(parameter)?)?)
    }
}

#[diagnostic::do_not_recommend]
impl<'u> StrField<'u> for &'u str {
    #[inline]
    fn from_field(field: Field<'u>) -> Result<Self, FieldError> {
        field.text()
    }
}

#[diagnostic::do_not_recommend]
impl<'u> StrField<'u> for Cow<'u, str> {
    fn from_field(field: Field<'u>) -> Result<Self, FieldError> {
        field.text().map(Cow::Borrowed)
    }
}

macro_rules! owned {
    ($($ty:ty)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<'u> StrField<'u> for $ty {
            fn from_field(field: Field<'u>) -> Result<Self, FieldError> {
                field.text().map(Into::into)
            }
        }
    )* };
}
owned!(String Box<str> Arc<str>);
