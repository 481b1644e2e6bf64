use super::{Field, FieldError, IntField};
use crate::PaymentStatus;
use crate::handler::{HandlerError, Invocation};

/// What the status of a payment request can be passed as: [`PaymentStatus`], or any integer type.
#[diagnostic::on_unimplemented(
    message = "a status cannot be passed as `{Self}`",
    label = "this field is the status of a payment request",
    note = "write `PaymentStatus`, or an integer type for its code, or an `Option` of one; its text is the field `status_str`"
)]
pub trait StatusField<'u>: Sized {
    /// Reads the field.
    ///
    /// # Errors
    /// When it is missing or not a whole number.
    fn from_field(field: Field<'u>) -> Result<Self, FieldError>;

    /// As the argument of a handler.
    #[doc(hidden)]
    fn argument(invocation: &Invocation<'u>, parameter: usize) -> Result<Self, HandlerError> {
        Ok(Self::from_field(invocation.field(parameter)?)?)
    }
}

#[diagnostic::do_not_recommend]
impl<'u> StatusField<'u> for PaymentStatus {
    fn from_field(field: Field<'u>) -> Result<Self, FieldError> {
        <i64 as IntField<'u>>::from_field(field).map(Self::from)
    }
}

macro_rules! codes {
    ($($ty:ty)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<'u> StatusField<'u> for $ty {
            #[inline]
            fn from_field(field: Field<'u>) -> Result<Self, FieldError> {
                <$ty as IntField<'u>>::from_field(field)
            }
        }
    )* };
}
codes!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);
