//! What an update says, wherever its text stands.

use super::outline::{Outline, Table};
use super::{Payload, Update};
use crate::Event;
use crate::field::Field;

/// Its event and its fields.
#[derive(Clone, Copy)]
pub(crate) struct Said<'a> {
    pub(super) body: &'a str,
    pub(super) table: &'a Table,
    pub(super) outline: &'a Outline,
}

impl<'a> Said<'a> {
    pub(crate) fn new(body: &'a str, table: &'a Table, outline: &'a Outline) -> Self {
        Self { body, table, outline }
    }

    pub(crate) fn event(self) -> Event {
        self.outline.event
    }

    /// The JSON object.
    #[cfg(feature = "polling")]
    pub(crate) fn raw(self) -> &'a str {
        self.body.get(self.outline.raw()).unwrap_or_default()
    }

    /// Whether it is one of this event.
    pub(crate) fn is<P: Payload>(self) -> bool {
        self.event() == Event::new(P::SCHEMA)
    }

    /// The field at this place of the event's schema. Who reads a part of it only has the rest left out while compiling.
    #[inline]
    pub(crate) fn field(self, column: usize) -> Field<'a> {
        let Self { body, table, outline } = self;
        let Some(schema) = outline.event.schema().fields.get(column) else { return Field::LACKING };
        let column = outline.first + column;
        Field::new(schema, table.get(column).and_then(|value| body.get(value)), table.escapes(column))
    }
}

impl Update {
    pub(crate) fn said(&self) -> Said<'_> {
        self.came.said(&self.outline)
    }
}
