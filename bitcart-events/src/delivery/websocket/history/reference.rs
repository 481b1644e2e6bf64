//! Every course of events that a client could not have told from what it saw. Slow, and with nothing in common with
//! how the merge is made.

use super::Next;
use super::model::Told;

/// What the client has of one emission.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) id: usize,
    pub(super) told: Told,
    pub(super) held: bool,
}

/// What came without a gap.
#[derive(Debug, Clone)]
pub(super) struct Stretch {
    pub(super) entries: Vec<Known>,
    pub(super) shortened: bool,
    /// Of a connection before the one on which the answer was asked for.
    pub(super) earlier: bool,
}

/// What was seen.
pub(super) struct Courses<'a> {
    pub(super) stretches: &'a [Stretch],
    pub(super) answer: &'a [Told],
    pub(super) live: bool,
    /// How long the queue is, if it had everything since what is known.
    pub(super) cap: Option<usize>,
}

pub(super) type Outcome = (Vec<Next<usize>>, usize);

impl Courses<'_> {
    /// What is to be delivered and how much is known again, in each course; and whether that is plausible: no height is
    /// announced twice, and the queue has dropped something only if it is full.
    pub(super) fn outcomes(&self) -> Vec<(Outcome, bool)> {
        let mut found = Vec::new();
        self.lay(&mut Vec::new(), &mut found);
        found
    }

    /// Lays the next stretch at every place, where the place is that of its first entry, counted from the answer's
    /// first. What lies far before or far behind does not touch it.
    fn lay(&self, places: &mut Vec<isize>, found: &mut Vec<(Outcome, bool)>) {
        let length = self.answer.len() as isize;
        let Some(stretch) = self.stretches.get(places.len()) else {
            if self.is_possible(places) {
                let (outcome, plausible) = (self.outcome(places), self.is_plausible(places));
                match found.iter_mut().find(|(other, _)| *other == outcome) {
                    Some((_, known)) => *known |= plausible,
                    None => found.push((outcome, plausible)),
                }
            }
            return;
        };
        let own = stretch.entries.len() as isize;
        let from = places.last().map_or(isize::MIN, |place| place + self.length(places.len() - 1));
        let far = 1_000_000;
        let before = -far + 1_000 * places.len() as isize;
        let behind = far + 1_000 * places.len() as isize;
        for place in [before].into_iter().chain(-own..=length).chain([behind]) {
            let touches = place < length && place + own > 0;
            if place >= from && (touches || place == before || place == behind) && self.fits(stretch, place) {
                places.push(place);
                self.lay(places, found);
                places.pop();
            }
        }
    }

    fn length(&self, index: usize) -> isize {
        self.stretches[index].entries.len() as isize
    }

    fn fits(&self, stretch: &Stretch, place: isize) -> bool {
        stretch.entries.iter().enumerate().all(|(nth, known)| {
            let place = place + nth as isize;
            let there = usize::try_from(place).ok().and_then(|place| self.answer.get(place));
            there.is_none_or(|told| *told == known.told)
        })
    }

    fn is_possible(&self, places: &[isize]) -> bool {
        let length = self.answer.len() as isize;
        let laid = || self.stretches.iter().zip(places).filter(|(stretch, _)| !stretch.entries.is_empty());
        let end = |stretch: &Stretch, place: isize| place + stretch.entries.len() as isize;
        // What came before it was asked for is before the end of the answer.
        let earlier = laid().filter(|(stretch, _)| stretch.earlier);
        let mut fits = earlier.clone().all(|(stretch, place)| end(stretch, *place) <= length);
        // What the last one has goes on beyond it.
        let last = self.stretches.last().zip(places.last());
        let last = last.filter(|(stretch, _)| self.live && !stretch.entries.is_empty());
        fits &= last.is_none_or(|(stretch, place)| end(stretch, *place) >= length);
        // Without anything in the queue, what came after it was asked for came after it.
        let current = || laid().filter(|(stretch, _)| !stretch.earlier);
        fits &= length > 0 || current().all(|(_, place)| *place >= 0);
        fits
    }

    fn is_plausible(&self, places: &[isize]) -> bool {
        let laid = || self.stretches.iter().zip(places).filter(|(stretch, _)| !stretch.entries.is_empty());
        let end = |stretch: &Stretch, place: isize| place + stretch.entries.len() as isize;
        let current = || laid().filter(|(stretch, _)| !stretch.earlier);
        let is_full = self.cap.is_none_or(|cap| self.answer.len() >= cap);
        // The queue began with the first of a life, or with what followed the last answer.
        let mut fits = is_full || laid().all(|(stretch, place)| *place >= 0 || end(stretch, *place) <= 0);
        fits &= is_full || current().all(|(_, place)| *place >= 0);
        // A height is announced once.
        fits && laid().all(|(stretch, place)| {
            stretch.entries.iter().enumerate().all(|(nth, known)| {
                let there = self.answer.iter().position(|told| *told == known.told);
                let is_height = matches!(known.told, Told::Block(_));
                !is_height || there.is_none_or(|there| there as isize == place + nth as isize)
            })
        })
    }

    fn outcome(&self, places: &[isize]) -> Outcome {
        let mut all: Vec<(isize, usize)> = Vec::new();
        let mut known = vec![false; self.answer.len()];
        let mut after = 0;
        let flat = self.stretches.iter().zip(places).flat_map(|(stretch, place)| {
            stretch.entries.iter().enumerate().map(|(nth, known)| (*place + nth as isize, known))
        });
        for (place, entry) in flat {
            if let Some(known) = usize::try_from(place).ok().and_then(|place| known.get_mut(place)) {
                *known = true;
            }
            after += usize::from(place >= self.answer.len() as isize);
            if entry.held {
                all.push((place, entry.id));
            }
        }
        // A stretch that was longer had everything before it.
        let shortened = self.stretches.iter().zip(places).filter(|(stretch, _)| stretch.shortened);
        let from = shortened.map(|(_, place)| *place).max().unwrap_or(isize::MIN);
        let mut next: Vec<(isize, Next<usize>)> =
            all.into_iter().map(|(place, id)| (place, Next::Held(id))).collect();
        for (place, known) in known.into_iter().enumerate() {
            if !known && place as isize >= from {
                next.push((place as isize, Next::Missed(place)));
            }
        }
        next.sort_by_key(|(place, _)| *place);
        (next.into_iter().map(|(_, next)| next).collect(), after.min(super::KNOWN))
    }
}
