//! Which types a handler can take a field as: one trait for each kind of field.
//!
//! | kind | trait | types |
//! |---|---|---|
//! | whole number | [`IntField`] | `u8` … `u128`, `i8` … `i128`, `usize`, `isize` |
//! | text | [`StrField`] | `&str`, `String`, `Cow<str>`, `Box<str>`, `Arc<str>` |
//! | amount | [`AmountField`] | [`Decimal`](crate::Decimal), and the types of text. No float: it loses satoshis |
//! | status | [`StatusField`] | [`PaymentStatus`](crate::PaymentStatus), and the types of whole numbers |
//! | list of texts | [`ListField`] | `Vec<String>`, `Vec<Cow<str>>`, `Vec<T>` of any `T: From<Cow<str>>` |
//! | true or false | [`BoolField`] | `bool` |
//! | any JSON | [`JsonField`] | [`Json<T>`](Json) of any `T: DeserializeOwned` |
//!
//! [`Json<T>`](Json) can be had of every kind, and `Option<T>` of each type: `None` where the field is missing or `null`.
//! The last two kinds are for [events of one's own](crate::events).
//!
//! # Types of one's own
//! A newtype joins in with a derive of the same name as the trait:
//!
//! ```
//! use bitcart_events::field::StrField;
//! use bitcart_events::{Event, on};
//!
//! #[derive(StrField)]
//! struct OrderId(String);
//!
//! #[on("new_payment")]
//! fn paid(event: Event, address: OrderId) {
//!     println!("order {}", address.0);
//! }
//! ```
//!
//! It may borrow (`struct OrderId<'a>(&'a str)`), have a named field or a type parameter, and sit on another newtype. Under
//! a renamed dependency it needs `#[field(crate = path)]`. What has to be parsed joins in with one `impl`:
//!
//! ```
//! use bitcart_events::field::{Field, FieldError, StrField};
//!
//! struct TxHash([u8; 32]);
//!
//! impl<'u> StrField<'u> for TxHash {
//!     fn from_field(field: Field<'u>) -> Result<Self, FieldError> {
//!         let text = <&str>::from_field(field)?;
//!         # fn parse(_: &str) -> Option<[u8; 32]> { None }
//!         parse(text).map(Self).ok_or_else(|| field.mismatch("64 hexadecimal digits"))
//!     }
//! }
//! ```

mod amount;
mod boolean;
mod int;
mod json;
mod list;
mod status;
mod text;

use std::borrow::Cow;
use std::fmt;

pub use amount::AmountField;
#[cfg(feature = "client")]
pub(crate) use amount::exact;
#[doc(hidden)]
pub use bitcart_events_macros::{
    AmountField, BoolField, IntField, JsonField, ListField, StatusField, StrField,
};
pub use boolean::BoolField;
pub use int::IntField;
pub use json::{Json, JsonField};
pub use list::ListField;
pub use status::StatusField;
pub use text::StrField;

use crate::schema::FieldSchema;

/// A field of one update: its JSON text, or nothing.
#[derive(Debug, Clone, Copy)]
pub struct Field<'u> {
    schema: Option<&'static FieldSchema>,
    raw: Option<&'u str>,
    escapes: Escapes<'u>,
}

/// The escapes in a JSON string, which an [`Update`](crate::Update) has resolved.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Escapes<'u> {
    None,
    /// This is the text.
    Resolved(&'u str),
    /// They make no Unicode text: half of a surrogate pair.
    Broken,
}

impl<'u> Field<'u> {
    /// A field that the handler's event does not have.
    pub(crate) const LACKING: Self = Self { schema: None, raw: None, escapes: Escapes::None };

    #[inline]
    pub(crate) fn new(schema: &'static FieldSchema, raw: Option<&'u str>, escapes: Escapes<'u>) -> Self {
        Self { schema: Some(schema), raw, escapes }
    }

    /// Its name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.schema.map_or("", |schema| schema.name)
    }

    /// Its JSON text, exactly as it came; `None` where it is missing. A string still has its quotes.
    #[must_use]
    pub fn raw(self) -> Option<&'u str> {
        self.raw
    }

    /// Its JSON text where it is there and not `null`.
    #[must_use]
    pub fn value(self) -> Option<&'u str> {
        self.raw.filter(|raw| *raw != "null")
    }

    #[inline]
    fn text(self) -> Result<&'u str, FieldError> {
        self.as_text().ok_or_else(|| self.no_text())
    }

    #[cold]
    fn no_text(self) -> FieldError {
        match (self.escapes, self.required()) {
            (Escapes::Broken, _) => self.mismatch("valid Unicode text"),
            (_, Err(error)) => error,
            (_, Ok(_)) => self.mismatch("text"),
        }
    }

    /// The text of a JSON string, borrowed from the update whether or not it was written with escapes.
    #[inline]
    pub(crate) fn as_text(self) -> Option<&'u str> {
        match self.escapes {
            Escapes::None => self.raw?.strip_prefix('"')?.strip_suffix('"'),
            Escapes::Resolved(text) => Some(text),
            Escapes::Broken => None,
        }
    }

    /// The JSON text, or the error that it is missing or `null`.
    fn required(self) -> Result<&'u str, FieldError> {
        match self.raw {
            None => Err(FieldError::missing(self.name())),
            Some("null") => {
                Err(self.mismatch(self.schema.map_or_else(String::new, |field| field.kind.to_string())))
            }
            Some(raw) => Ok(raw),
        }
    }

    /// The error that this field is not what was expected.
    #[must_use]
    pub fn mismatch(self, expected: impl Into<Cow<'static, str>>) -> FieldError {
        let found = excerpt(self.raw.unwrap_or("nothing"));
        FieldError { field: self.name(), problem: Problem::Mismatch { expected: expected.into(), found } }
    }
}

/// The beginning of a text, for a message.
pub(crate) fn excerpt(raw: &str) -> String {
    const LIMIT: usize = 120;
    match raw.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}… ({} bytes)", raw.get(..end).unwrap_or_default(), raw.len()),
        None => raw.to_owned(),
    }
}

/// Why a field cannot be passed to a handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    field: &'static str,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Problem {
    Missing,
    Mismatch { expected: Cow<'static, str>, found: String },
    OtherEvent { expected: &'static str, found: &'static str },
}

impl FieldError {
    pub(crate) fn missing(field: &'static str) -> Self {
        Self { field, problem: Problem::Missing }
    }

    pub(crate) fn other_event(expected: &'static str, found: &'static str) -> Self {
        Self { field: "event", problem: Problem::OtherEvent { expected, found } }
    }

    /// The name of the field.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.field
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            Problem::Missing => write!(f, "`{}` is missing", self.field),
            Problem::Mismatch { expected, found } => {
                write!(f, "`{}` should be {expected}, but is {found}", self.field)
            }
            Problem::OtherEvent { expected, found } => {
                write!(f, "this is the update of a `{found}`, not of a `{expected}`")
            }
        }
    }
}

impl std::error::Error for FieldError {}

/// A field that the daemon may leave out or send as `null`.
macro_rules! optional {
    ($($kind:ident)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<'u, T: $kind<'u>> $kind<'u> for Option<T> {
            fn from_field(field: Field<'u>) -> Result<Self, FieldError> {
                if field.value().is_none() { Ok(None) } else { T::from_field(field).map(Some) }
            }
        }
    )* };
}
optional!(IntField StrField AmountField StatusField ListField BoolField JsonField);
