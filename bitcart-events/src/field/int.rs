use super::{Field, FieldError};
use crate::handler::{HandlerError, Invocation};

/// What a whole number can be passed as: any integer type. A number that does not fit rejects the update.
#[diagnostic::on_unimplemented(
    message = "a whole number cannot be passed as `{Self}`",
    label = "this field is a whole number",
    note = "write `u64`, `i64` or another integer type, or an `Option` of one; a newtype of yours can `#[derive(bitcart_events::field::IntField)]`, and what serde reads comes as `bitcart_events::field::Json<T>`"
)]
pub trait IntField<'u>: Sized {
    /// Reads the field.
    ///
    /// # Errors
    /// When it is missing, not a whole number, or does not fit.
    fn from_field(field: Field<'u>) -> Result<Self, FieldError>;

    /// As the argument of a handler.
    #[doc(hidden)]
    fn argument(invocation: &Invocation<'u>, parameter: usize) -> Result<Self, HandlerError> {
        Ok(Self::from_field(invocation.field(parameter)?)?)
    }
}

macro_rules! integers {
    ($($widest:ty: $($ty:ty)*;)*) => { $($(
        #[diagnostic::do_not_recommend]
        impl<'u> IntField<'u> for $ty {
            fn from_field(field: Field<'u>) -> Result<Self, FieldError> {
                // The text is valid JSON already, so what `str::parse` takes beyond JSON cannot be here.
                match field.required()?.parse::<$widest>().map(<$ty>::try_from) {
                    Ok(Ok(number)) => Ok(number),
                    _ => Err(field.mismatch(concat!("a whole number that fits `", stringify!($ty), "`"))),
                }
            }
        }
    )*)* };
}
// Few are parsed: it is hundreds of lines for LLVM for each type.
integers! {
    u64: u8 u16 u32 u64 usize;
    i64: i8 i16 i32 i64 isize;
}

macro_rules! wide {
    ($($ty:ty)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<'u> IntField<'u> for $ty {
            #[inline]
            fn from_field(field: Field<'u>) -> Result<Self, FieldError> {
                let wrong = |_| field.mismatch(concat!("a whole number that fits `", stringify!($ty), "`"));
                field.required()?.parse().map_err(wrong)
            }
        }
    )* };
}
// To be compiled where one is taken: hardly anybody does.
wide!(u128 i128);
