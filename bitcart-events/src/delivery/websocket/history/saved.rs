//! A history as it is kept.

use super::super::bytes::{Reading, Written};
use super::{Begin, Entry, History};
use crate::inbox::{Mark, ReceivedId};

/// What is held back is there by the number of its text.
pub(in super::super) struct Saved {
    cap: usize,
    /// In their order.
    parts: Vec<Part>,
}

enum Part {
    /// A stretch begins here.
    Stretch {
        begin: Begin,
        shortened: bool,
        earlier: bool,
    },
    Entry(Mark, Option<ReceivedId>),
}

impl<H> History<H> {
    /// To be kept. What `id` has no number for is not held back, as far as that is known later.
    pub(in super::super) fn save(&self, id: impl Fn(&H) -> Option<ReceivedId>) -> Written {
        let mut bytes = Written::default();
        bytes.number(self.cap as u64);
        bytes.number(self.stretches.len() as u64);
        for stretch in &self.stretches {
            bytes.number(match stretch.begin {
                Begin::Gap => 0,
                Begin::Asked => 1,
                Begin::Answer => 2,
            });
            bytes.flag(stretch.shortened);
            bytes.flag(stretch.earlier);
            bytes.number(stretch.entries.len() as u64);
            for Entry { mark, held } in &stretch.entries {
                let id = held.as_ref().and_then(&id);
                bytes.mark(mark);
                bytes.flag(id.is_some());
                if let Some(ReceivedId(id)) = id {
                    bytes.number(id);
                }
            }
        }
        bytes
    }
}

impl Saved {
    /// What is not held any more has been delivered.
    pub(in super::super) fn restore<H>(self, held: &mut impl FnMut(ReceivedId) -> Option<H>) -> History<H> {
        let mut history = History { cap: self.cap, ..History::default() };
        for part in self.parts {
            match part {
                Part::Stretch { begin, shortened, earlier } => {
                    history.gap();
                    if let Some(stretch) = history.stretches.last_mut() {
                        (stretch.begin, stretch.earlier) = (begin, earlier);
                        stretch.shortened |= shortened;
                    }
                }
                Part::Entry(mark, id) => history.brought(mark, id.and_then(&mut *held)),
            }
        }
        history
    }

    pub(in super::super) fn read(bytes: &mut Reading<'_>) -> Option<Self> {
        let cap = usize::try_from(bytes.number()?).ok()?;
        let mut parts = Vec::new();
        for _ in 0..bytes.number()? {
            let begin = match bytes.number()? {
                0 => Begin::Gap,
                1 => Begin::Asked,
                2 => Begin::Answer,
                _ => return None,
            };
            parts.push(Part::Stretch { begin, shortened: bytes.flag()?, earlier: bytes.flag()? });
            for _ in 0..bytes.number()? {
                let mark = bytes.mark()?;
                let id = if bytes.flag()? { Some(ReceivedId(bytes.number()?)) } else { None };
                parts.push(Part::Entry(mark, id));
            }
        }
        Some(Self { cap, parts })
    }
}
