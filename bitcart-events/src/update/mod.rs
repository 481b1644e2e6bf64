//! One update: an event with its values, as it came, and the wallet that it came for.

mod mark;
mod members;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

pub(crate) use members::Malformed;

use crate::field::{Field, FieldError};
use crate::inbox::Text;
use crate::schema::{Event, EventSchema};
use crate::wallet::Fingerprint;
use crate::{Coin, Currency};

/// A typed struct of [`event`](crate::event) that an update can be read as. `events!` implements it.
pub trait Payload: Sized {
    /// The event that it is the payload of.
    const SCHEMA: &'static EventSchema;

    /// Reads every field.
    ///
    /// # Errors
    /// When a field is missing or of another type.
    fn read(update: &Update) -> Result<Self, FieldError>;
}

/// An event as it came: owned, and cheap to clone.
///
/// Handlers written with [`#[on]`](crate::on) receive its fields; a handler by hand receives the update itself.
///
/// ```
/// use bitcart_events::{BoxError, Update, event::NewBlock};
///
/// async fn by_hand(update: Update) -> Result<(), BoxError> {
///     let block: NewBlock = update.payload()?;
///     println!("{} block {}", update.currency(), block.height);
///     Ok(())
/// }
/// ```
#[derive(Clone)]
pub struct Update(Arc<Inner>);

struct Inner {
    event: Event,
    coin: Coin,
    body: Arc<str>,
    raw: Range<usize>,
    columns: Box<[Column]>,
}

/// Where the value of one field of the schema stands in the body.
#[derive(Default, Clone)]
struct Column {
    raw: Option<Range<usize>>,
    /// The text of a string that was written with escapes, so that `&str` can borrow it.
    unescaped: Option<Box<str>>,
}

impl Update {
    /// Reads the update that stands at `raw` in `body`.
    pub(crate) fn parse(body: &Arc<str>, raw: Range<usize>, coin: &Coin) -> Result<Self, Malformed> {
        let text = body.get(raw.clone()).unwrap_or_default();
        let (event, columns) = members::read(text, raw.start)?;
        Ok(Self(Arc::new(Inner { event, coin: coin.clone(), body: Arc::clone(body), raw, columns })))
    }

    /// The same for another coin.
    #[cfg(feature = "websocket")]
    pub(crate) fn of(&self, coin: &Coin) -> Self {
        let Inner { event, coin: _, body, raw, columns } = &*self.0;
        let inner = Inner {
            event: *event,
            coin: coin.clone(),
            body: Arc::clone(body),
            raw: raw.clone(),
            columns: columns.clone(),
        };
        Self(Arc::new(inner))
    }

    /// The event.
    #[must_use]
    pub fn event(&self) -> Event {
        self.0.event
    }

    /// The wallet's coin. It has no wallet where the daemon named none.
    #[must_use]
    pub fn coin(&self) -> &Coin {
        &self.0.coin
    }

    /// The currency whose daemon sent it.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.0.coin.currency()
    }

    /// The update's JSON object, exactly as it came.
    #[must_use]
    pub fn raw(&self) -> &str {
        self.0.body.get(self.0.raw.clone()).unwrap_or_default()
    }

    /// The same, to be kept.
    pub(crate) fn text(&self) -> Text {
        Text::new(Arc::clone(&self.0.body), self.0.raw.clone())
    }

    /// All of its fields, typed.
    ///
    /// # Errors
    /// When it is the update of another event, or a field is missing or of another type.
    pub fn payload<P: Payload>(&self) -> Result<P, FieldError> {
        if P::SCHEMA.name != self.event().name() {
            return Err(FieldError::other_event(P::SCHEMA.name, self.event().name()));
        }
        P::read(self)
    }

    /// The field at this place of the event's schema.
    #[doc(hidden)]
    #[must_use]
    pub fn field(&self, column: usize) -> Field<'_> {
        let Some(schema) = self.event().schema().fields.get(column) else { return Field::LACKING };
        let column = self.0.columns.get(column);
        let raw = column.and_then(|column| self.0.body.get(column.raw.clone()?));
        Field::new(schema, raw, column.and_then(|column| column.unescaped.as_deref()))
    }
}

/// Shows the event and the wallet's fingerprint; the wallet's key is never printed.
impl fmt::Debug for Update {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Update");
        shown.field("currency", &self.currency());
        if let Some(wallet) = self.coin().wallet() {
            shown.field("wallet", &format_args!("{}", Fingerprint(wallet)));
        }
        shown.field("raw", &format_args!("{}", self.raw())).finish()
    }
}
