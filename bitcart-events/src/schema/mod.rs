//! What events there are, as data.
//!
//! The text that all of this comes from stands in one place, the `events!` call of [`event`]: it
//! writes the typed structs, this description, and what `#[on]` checks a handler against.

mod builtin;
mod own;

use std::fmt;

#[doc(no_inline)]
pub use builtin::event;
#[doc(hidden)]
pub use own::RegisteredSchema;
pub(crate) use own::{find, find_first, own_events};

use crate::sealed::Sealed;
use crate::{Currency, names};

/// One event and its fields.
#[derive(Debug)]
#[non_exhaustive]
pub struct EventSchema {
    /// Its name on the wire: `"new_block"`.
    pub name: &'static str,
    /// Its fields, in the order of the schema's text.
    pub fields: &'static [FieldSchema],
    /// Which daemons send it.
    pub sent: Sent,
    /// The source file that its text stands in.
    pub file: &'static str,
    /// The line of its `events!`.
    pub line: u32,
}

/// One field of an event.
#[derive(Debug)]
#[non_exhaustive]
pub struct FieldSchema {
    /// Its name on the wire, which is also the parameter's name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it can be `null`.
    pub nullable: bool,
    /// Which daemons send it.
    pub sent: Sent,
}

/// Which daemons send an event or a field.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Sent {
    /// The currencies; empty means all of them.
    pub currencies: &'static [Currency],
    /// Whether the daemons of 2020 lack it.
    pub current_only: bool,
}

// What `events!` writes, in whatever crate it stands.
impl EventSchema {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        name: &'static str,
        fields: &'static [FieldSchema],
        sent: Sent,
        file: &'static str,
        line: u32,
    ) -> Self {
        Self { name, fields, sent, file, line }
    }
}

impl EventSchema {
    /// Where the field of this name stands.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }
}

impl FieldSchema {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, kind: Kind, nullable: bool, sent: Sent) -> Self {
        Self { name, kind, nullable, sent }
    }
}

impl Sent {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(currencies: &'static [Currency], current_only: bool) -> Self {
        Self { currencies, current_only }
    }
}

/// What a field holds. Each kind has a trait in [`field`](crate::field) that says which types a handler may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A whole number.
    Int,
    /// Text.
    Str,
    /// An amount of money: decimal text with a fixed number of digits.
    Amount,
    /// The status of a payment request, a number on the wire.
    Status,
    /// A list of texts.
    List,
    /// True or false.
    Bool,
    /// JSON of any kind.
    Json,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Int => "a whole number",
            Self::Str => "text",
            Self::Amount => "an amount as text",
            Self::Status => "a status code",
            Self::List => "a list of texts",
            Self::Bool => "true or false",
            Self::Json => "JSON",
        })
    }
}

/// The name of an event, as a handler receives it.
///
/// ```
/// use bitcart_events::Event;
///
/// let event = Event::find("new_block")?;
/// assert_eq!(event.name(), "new_block");
/// assert_eq!(event.to_string(), "new_block");
///
/// let error = Event::find("new_blok").unwrap_err();
/// assert!(error.to_string().contains("did you mean `new_block`?"));
/// # Ok::<(), bitcart_events::UnknownEvent>(())
/// ```
#[derive(Clone, Copy)]
pub struct Event(&'static EventSchema);

impl Event {
    pub(crate) const fn new(schema: &'static EventSchema) -> Self {
        Self(schema)
    }

    /// The event of this name.
    ///
    /// # Errors
    /// When no schema has an event of this name; the error says which one was probably meant.
    pub fn find(name: &str) -> Result<Self, UnknownEvent> {
        find(name).map(Self).ok_or_else(|| UnknownEvent { written: name.to_owned() })
    }

    /// Its name on the wire: `"new_block"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// Its fields, and who sends it.
    #[must_use]
    pub const fn schema(self) -> &'static EventSchema {
        self.0
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0) || self.name() == other.name()
    }
}

impl Eq for Event {}

impl Sealed for Event {}

impl std::hash::Hash for Event {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl PartialEq<str> for Event {
    fn eq(&self, other: &str) -> bool {
        self.name() == other
    }
}

impl PartialEq<&str> for Event {
    fn eq(&self, other: &&str) -> bool {
        self.name() == *other
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that no event has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownEvent {
    written: String,
}

impl fmt::Display for UnknownEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = own::names();
        write!(f, "unknown event `{}`", self.written)?;
        if let Some(meant) = names::closest(&self.written, &known) {
            write!(f, ", did you mean `{meant}`?")?;
        }
        write!(f, " (the events are `{}`)", known.join("`, `"))
    }
}

impl std::error::Error for UnknownEvent {}
