//! One update: an event with its values, as it came, and the wallet that it came for.

mod cursor;
mod mark;
mod members;
mod outline;
mod quick;
mod said;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

pub(crate) use cursor::Cursor;
pub(crate) use mark::{Marker, apart};
pub(crate) use members::{Malformed, read};
pub(crate) use outline::{Outline, Table, with_room};
pub(crate) use quick::quick;
pub(crate) use said::Said;

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
pub struct Update {
    came: Arc<Came>,
    outline: Outline,
}

/// What updates that came together have in common.
pub(crate) struct Came {
    coin: Coin,
    body: Arc<str>,
    table: Table,
}

impl Came {
    pub(crate) fn new(coin: Coin, body: Arc<str>, table: Table) -> Arc<Self> {
        Arc::new(Self { coin, body, table })
    }

    pub(crate) fn text(&self, part: Range<usize>) -> &str {
        self.body.get(part).unwrap_or_default()
    }

    /// The same for another coin.
    #[cfg(feature = "websocket")]
    pub(crate) fn of(&self, coin: &Coin) -> Arc<Self> {
        Self::new(coin.clone(), Arc::clone(&self.body), self.table.clone())
    }

    pub(crate) fn said<'a>(&'a self, outline: &'a Outline) -> Said<'a> {
        Said::new(&self.body, &self.table, outline)
    }
}

impl Update {
    /// One of those that came together.
    pub(crate) fn new(came: &Arc<Came>, outline: Outline) -> Self {
        Self { came: Arc::clone(came), outline }
    }

    /// Reads the update that stands at `raw` in `body`.
    pub(crate) fn parse(body: &Arc<str>, raw: Range<usize>, coin: &Coin) -> Result<Self, Malformed> {
        let mut table = Table::default();
        let outline = read(body, raw, &mut table)?;
        Ok(Self { came: Came::new(coin.clone(), Arc::clone(body), table), outline })
    }

    /// The event.
    #[must_use]
    pub fn event(&self) -> Event {
        self.outline.event
    }

    /// Whether it is one of this event.
    pub(crate) fn is<P: Payload>(&self) -> bool {
        self.event() == Event::new(P::SCHEMA)
    }

    /// The wallet's coin. It has no wallet where the daemon named none.
    #[must_use]
    pub fn coin(&self) -> &Coin {
        &self.came.coin
    }

    /// The currency whose daemon sent it.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.came.coin.currency()
    }

    /// The update's JSON object, exactly as it came.
    #[must_use]
    pub fn raw(&self) -> &str {
        self.came.text(self.outline.raw())
    }

    /// The same, to be kept.
    pub(crate) fn text(&self) -> Text {
        Text::new(Arc::clone(&self.came.body), self.outline.raw())
    }

    /// All of its fields, typed.
    ///
    /// # Errors
    /// When it is the update of another event, or a field is missing or of another type.
    pub fn payload<P: Payload>(&self) -> Result<P, FieldError> {
        if !self.is::<P>() {
            return Err(FieldError::other_event(P::SCHEMA.name, self.event().name()));
        }
        P::read(self)
    }

    /// The field at this place of the event's schema.
    #[doc(hidden)]
    #[must_use]
    pub fn field(&self, column: usize) -> Field<'_> {
        self.field_here(column)
    }

    /// The same, for who reads a part of it only: the rest is left out while compiling.
    #[inline]
    pub(crate) fn field_here(&self, column: usize) -> Field<'_> {
        self.said().field(column)
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
