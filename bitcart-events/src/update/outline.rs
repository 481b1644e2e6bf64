//! Where the values of updates stand in the text that they came in.

use std::ops::Range;

use crate::field::Escapes;
use crate::schema::Event;

/// Of one update. Its values stand in a [`Table`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outline {
    pub(super) event: Event,
    /// Its JSON object.
    pub(super) raw: Range<usize>,
    /// The column of its first field.
    pub(super) first: usize,
}

/// Of updates that came together: a column for each field of each one's schema. One table for all of them, because it costs
/// as much as one for each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Table {
    columns: Vec<Range<usize>>,
    /// The texts of strings that were written with escapes, so that `&str` can borrow them. `None` where they are not Unicode
    /// text. In the order of the columns.
    unescaped: Vec<(usize, Option<Box<str>>)>,
}

/// No value ends there.
const MISSING: Range<usize> = 0..0;

fn is_there(value: &Range<usize>) -> bool {
    value.end != MISSING.end
}

impl Table {
    /// For the updates in so many bytes, at a guess.
    pub(crate) fn reserve_for_bytes(&mut self, bytes: usize) {
        // One alone is short, and its event may have many fields.
        self.columns = with_room(std::mem::take(&mut self.columns), bytes / 48 + 16);
    }

    /// Nothing is in it any more, and its memory is kept.
    #[cfg(feature = "websocket")]
    pub(crate) fn clear(&mut self) {
        self.truncate(0);
    }

    #[cfg(feature = "websocket")]
    pub(crate) fn columns_used(&self) -> usize {
        self.columns.len()
    }

    /// Forgets all columns but so many.
    #[cfg(feature = "websocket")]
    pub(crate) fn truncate(&mut self, columns: usize) {
        self.columns.truncate(columns);
        self.unescaped.retain(|(column, _)| *column < columns);
    }

    /// Makes room for an update; its first column.
    pub(super) fn begin(&mut self, event: Event) -> usize {
        let first = self.columns.len();
        self.columns.extend(std::iter::repeat_n(MISSING, event.schema().fields.len()));
        first
    }

    /// Writes down where a value stands. `false` if the column has one.
    #[must_use]
    pub(super) fn set(&mut self, column: usize, value: Range<usize>) -> bool {
        match self.columns.get_mut(column) {
            Some(column) if !is_there(column) => {
                *column = value;
                true
            }
            _ => false,
        }
    }

    pub(super) fn set_unescaped(&mut self, column: usize, text: Option<Box<str>>) {
        // Mostly the last: updates follow each other, and only the fields of one may come in any order.
        let before = self.unescaped.iter().rposition(|(known, _)| *known < column);
        self.unescaped.insert(before.map_or(0, |before| before + 1), (column, text));
    }

    pub(super) fn get(&self, column: usize) -> Option<Range<usize>> {
        self.columns.get(column).filter(|value| is_there(value)).cloned()
    }

    /// The same for all columns of an update.
    pub(super) fn columns(&self, outline: &Outline) -> impl Iterator<Item = Option<Range<usize>>> {
        let columns = self.columns.iter().skip(outline.first);
        columns.map(|value| is_there(value).then(|| value.clone()))
    }

    /// Takes over an update's columns from the table of the body that it came in. Its text begins here now.
    #[cfg(feature = "websocket")]
    pub(crate) fn take_over(&mut self, other: &Self, outline: &Outline, start: usize) -> Outline {
        let Outline { event, raw, first } = outline;
        let columns = *first..first + event.schema().fields.len();
        let (begun, moved) = (self.columns.len(), |at: usize| at - raw.start + start);
        let taken = other.columns.get(columns.clone()).unwrap_or_default().iter();
        self.columns.extend(taken.map(|range| match range.clone() {
            MISSING => MISSING,
            Range { start, end } => moved(start)..moved(end),
        }));
        let before = other.unescaped.partition_point(|(column, _)| *column < columns.start);
        let theirs = other.unescaped.iter().skip(before).take_while(|(column, _)| *column < columns.end);
        self.unescaped.extend(theirs.map(|(column, text)| (column - first + begun, text.clone())));
        Outline { event: *event, raw: start..moved(raw.end), first: begun }
    }

    pub(super) fn escapes(&self, column: usize) -> Escapes<'_> {
        let at = self.unescaped.binary_search_by_key(&column, |(known, _)| *known);
        match at.ok().and_then(|at| self.unescaped.get(at)) {
            None => Escapes::None,
            Some((_, Some(text))) => Escapes::Resolved(text),
            Some((_, None)) => Escapes::Broken,
        }
    }
}

/// An empty list with room for so many, in its own memory if that is enough: there is nothing in it that would have to move.
pub(crate) fn with_room<T>(empty: Vec<T>, count: usize) -> Vec<T> {
    if empty.capacity() < count { Vec::with_capacity(count) } else { empty }
}

impl Outline {
    /// The JSON object.
    pub(crate) fn raw(&self) -> Range<usize> {
        self.raw.clone()
    }
}
