use std::ops::Deref;

use serde::de::DeserializeOwned;

use super::{AmountField, BoolField, Field, FieldError, IntField, ListField, StatusField, StrField};
use crate::handler::{HandlerError, Invocation};

/// What any JSON can be passed as: [`Json<T>`](Json) of a `T` that serde can read.
#[diagnostic::on_unimplemented(
    message = "JSON cannot be passed as `{Self}`",
    label = "this field is JSON of any kind",
    note = "write `Json<T>` of a `T` that implements `serde::Deserialize`, or an `Option` of one"
)]
pub trait JsonField<'u>: Sized {
    /// Reads the field.
    ///
    /// # Errors
    /// When it is missing, or not what `T` expects.
    fn from_field(field: Field<'u>) -> Result<Self, FieldError>;

    /// As the argument of a handler.
    #[doc(hidden)]
    fn argument(invocation: &Invocation<'u>, parameter: usize) -> Result<Self, HandlerError> {
        Ok(Self::from_field(invocation.field(parameter)?)?)
    }
}

/// A field of any kind, read by serde: for types that have a `Deserialize` and are no newtypes.
///
/// The value is read from the JSON as it stands on the wire: an amount is text there, a status a number.
///
/// ```
/// use bitcart_events::field::Json;
/// use bitcart_events::{Event, on};
///
/// #[derive(serde::Deserialize)]
/// struct Addresses(std::collections::BTreeSet<String>);
///
/// #[on("new_payment")]
/// fn paid(event: Event, tx_hashes: Option<Json<Addresses>>) {
///     if let Some(Json(hashes)) = tx_hashes {
///         println!("{} transactions", hashes.0.len());
///     }
/// }
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Json<T>(pub T);

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

fn read<T: DeserializeOwned>(field: Field<'_>) -> Result<Json<T>, FieldError> {
    // `null` is JSON like any other, and for `T` to judge.
    let raw = field.raw().map_or_else(|| field.required(), Ok)?;
    serde_json::from_str(raw).map(Json).map_err(|error| field.mismatch(format!("other JSON ({error})")))
}

macro_rules! every_kind {
    ($($kind:ident)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<'u, T: DeserializeOwned> $kind<'u> for Json<T> {
            fn from_field(field: Field<'u>) -> Result<Self, FieldError> {
                read(field)
            }
        }
    )* };
}
every_kind!(IntField StrField AmountField StatusField ListField BoolField JsonField);
