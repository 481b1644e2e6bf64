use std::borrow::Cow;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::{Field, FieldError, StrField};
use crate::handler::{HandlerError, Invocation};

/// What an amount of money can be passed as: [`Decimal`], which is exact or rejects the update, or text.
///
/// Daemons send amounts as decimal text with a fixed number of digits, `"0.50000000"`. A float is not among the
/// types, because it loses satoshis.
#[diagnostic::on_unimplemented(
    message = "an amount cannot be passed as `{Self}`",
    label = "this field is an amount of money",
    note = "write `Decimal`, or `&str` for its text, or an `Option` of one; a float would lose satoshis; a newtype of yours can `#[derive(bitcart_events::field::AmountField)]`"
)]
pub trait AmountField<'u>: Sized {
    /// Reads the field.
    ///
    /// # Errors
    /// When it is missing, not decimal text, or cannot be held exactly.
    fn from_field(field: Field<'u>) -> Result<Self, FieldError>;

    /// As the argument of a handler.
    #[doc(hidden)]
    fn argument(invocation: &Invocation<'u>, parameter: usize) -> Result<Self, HandlerError> {
        Ok(Self::from_field(invocation.field(parameter)?)?)
    }
}

#[diagnostic::do_not_recommend]
impl<'u> AmountField<'u> for Decimal {
    fn from_field(field: Field<'u>) -> Result<Self, FieldError> {
        field.required()?;
        let text = field.text().map_err(|_| field.mismatch("an amount as text"))?;
        if !is_plain(text) {
            return Err(field.mismatch("an amount like \"0.50000000\""));
        }
        exact(text).ok_or_else(|| field.mismatch("an amount of at most 28 digits; take it as text"))
    }
}

/// The amount that a plain decimal text says, or nothing if a `Decimal` cannot hold it exactly.
pub(crate) fn exact(text: &str) -> Option<Decimal> {
    let text = Some(text).filter(|text| is_plain(text))?;
    // Zeros behind the point say nothing, and a token may have more of them than there is room for.
    let short = || Some(text.trim_end_matches('0').trim_end_matches('.')).filter(|_| text.contains('.'));
    let read = |text| Decimal::from_str_exact(text).ok();
    read(text).or_else(|| short().and_then(read))
}

/// Digits, and digits behind a point: `from_str_exact` takes more than a daemon may send, underscores for one.
fn is_plain(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    match text.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(text),
    }
}

macro_rules! text {
    ($($ty:ty)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<'u> AmountField<'u> for $ty {
            fn from_field(field: Field<'u>) -> Result<Self, FieldError> {
                <$ty as StrField<'u>>::from_field(field)
            }
        }
    )* };
}
text!(&'u str String Cow<'u, str> Box<str> Arc<str>);
