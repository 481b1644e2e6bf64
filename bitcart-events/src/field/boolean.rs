use super::{Field, FieldError};
use crate::handler::{HandlerError, Invocation};

/// What true or false can be passed as: `bool`.
#[diagnostic::on_unimplemented(
    message = "true or false cannot be passed as `{Self}`",
    label = "this field is true or false",
    note = "write `bool`, or `Option<bool>`"
)]
pub trait BoolField<'u>: Sized {
    /// Reads the field.
    ///
    /// # Errors
    /// When it is missing, or neither `true` nor `false`.
    fn from_field(field: Field<'u>) -> Result<Self, FieldError>;

    /// As the argument of a handler.
    #[doc(hidden)]
    fn argument(invocation: &Invocation<'u>, parameter: usize) -> Result<Self, HandlerError> {
        Ok(Self::from_field(invocation.field(parameter)?)?)
    }
}

#[diagnostic::do_not_recommend]
impl<'u> BoolField<'u> for bool {
    fn from_field(field: Field<'u>) -> Result<Self, FieldError> {
        field.required()?.parse().map_err(|_| field.mismatch("true or false"))
    }
}
