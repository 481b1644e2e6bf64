use std::borrow::Cow;

use super::{Field, FieldError};
use crate::handler::{HandlerError, Invocation};
use crate::object::each_text;

/// What a list of texts can be passed as: `Vec<String>`, `Vec<Cow<str>>`, or a `Vec` of anything that is made from
/// text (`From<Cow<str>>`).
#[diagnostic::on_unimplemented(
    message = "a list of texts cannot be passed as `{Self}`",
    label = "this field is a list of texts",
    note = "write `Vec<String>` or `Vec<Cow<str>>`, or an `Option` of one; a newtype of yours can `#[derive(bitcart_events::field::ListField)]`, and what serde reads comes as `bitcart_events::field::Json<T>`"
)]
pub trait ListField<'u>: Sized {
    /// Reads the field.
    ///
    /// # Errors
    /// When it is missing or not a list of texts.
    fn from_field(field: Field<'u>) -> Result<Self, FieldError>;

    /// As the argument of a handler.
    #[doc(hidden)]
    fn argument(invocation: &Invocation<'u>, parameter: usize) -> Result<Self, HandlerError> {
        Ok(Self::from_field(invocation.field(parameter)?)?)
    }
}

#[diagnostic::do_not_recommend]
impl<'u, T: From<Cow<'u, str>>> ListField<'u> for Vec<T> {
    fn from_field(field: Field<'u>) -> Result<Self, FieldError> {
        let mut list = Self::new();
        match each_text(field.required()?, &mut |text| list.push(text.into())) {
            Some(()) => Ok(list),
            None => Err(field.mismatch("a list of texts")),
        }
    }
}
