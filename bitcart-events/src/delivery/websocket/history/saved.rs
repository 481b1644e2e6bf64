//! A history as it is kept.

use super::super::bytes::{Reading, Written};
use super::{Begin, Entry, History};
use crate::inbox::{Mark, ReceivedId};

/// What is held back is there by the number of its text.
pub(in super::super) struct Saved {
    cap: usize,
    stretches: Vec<SavedStretch>,
}

struct SavedStretch {
    begin: Begin,
    shortened: bool,
    earlier: bool,
    entries: Vec<(Mark, Option<ReceivedId>)>,
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
        for SavedStretch { begin, shortened, earlier, entries } in self.stretches {
            history.gap();
            for (mark, id) in entries {
                history.brought(mark, id.and_then(&mut *held));
            }
            if let Some(stretch) = history.stretches.last_mut() {
                (stretch.begin, stretch.earlier) = (begin, earlier);
                stretch.shortened |= shortened;
            }
        }
        history
    }

    pub(in super::super) fn read(bytes: &mut Reading<'_>) -> Option<Self> {
        let cap = usize::try_from(bytes.number()?).ok()?;
        let mut stretches = Vec::new();
        for _ in 0..bytes.number()? {
            stretches.push(SavedStretch::read(bytes)?);
        }
        Some(Self { cap, stretches })
    }
}

impl SavedStretch {
    fn read(bytes: &mut Reading<'_>) -> Option<Self> {
        let begin = match bytes.number()? {
            0 => Begin::Gap,
            1 => Begin::Asked,
            2 => Begin::Answer,
            _ => return None,
        };
        let (shortened, earlier) = (bytes.flag()?, bytes.flag()?);
        let mut entries = Vec::new();
        for _ in 0..bytes.number()? {
            let mark = bytes.mark()?;
            let id = if bytes.flag()? { Some(ReceivedId(bytes.number()?)) } else { None };
            entries.push((mark, id));
        }
        Some(Self { begin, shortened, earlier, entries })
    }
}
