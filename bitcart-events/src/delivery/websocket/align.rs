//! Where what a socket brought lies on what the daemon had queued.
//!
//! Both tell of the same emissions in the same order. The answer of `get_updates` is one stretch of them without a gap,
//! because the queue drops from its oldest end; and what one connection brought for a wallet is another. So a stretch is
//! slid along the answer, and may lie wherever everything that overlaps is equal:
//!
//! ```text
//! answer            c d e f g h
//! one connection  b c d                   3 → 7 was missed while it was closed …
//! the next                  g h i         … and i came after the answer
//! missed                e f
//! ```
//!
//! Of all ways to lay the stretches in their order, the one with the greatest overlap is taken. In every capture it is
//! the true one: `btc_ws` on `btc_rpc` with its 3 → 7 → 3, `eth_ws` on `eth_rpc` with 150 blocks in a queue of 100.

use crate::inbox::Mark;

/// What came without a gap.
pub(super) struct Stretch {
    pub(super) marks: Vec<Mark>,
    /// It came before the answer was asked for: so it cannot end after the answer does.
    pub(super) earlier: bool,
    /// Nothing was queued between the last answer and its first: so the answer cannot begin before it does.
    pub(super) whole: bool,
}

/// What `get_updates` answered.
pub(super) struct Answer<'a> {
    pub(super) marks: &'a [Mark],
    /// The last stretch has everything that was emitted before the answer, up to its end: so it cannot end before the
    /// answer does.
    pub(super) live: bool,
    /// The queue may have dropped something. Otherwise it has all since the last answer, or since the daemon started.
    pub(super) full: bool,
}

/// So much that is equal is no chance: the queue is shorter than we think, or was made anew, or the last answer ended
/// elsewhere than it seemed to.
const BEYOND_CHANCE: usize = 4;

/// Where a stretch lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The answer begins after it: the queue has dropped it, or is of another life of the daemon.
    Before,
    /// They overlap: where its first mark is, counted from the answer's first.
    On(isize),
    /// It was sent after the answer.
    After,
}

/// Places `stretches`, oldest first.
pub(super) fn place(stretches: &[Stretch], answer: &Answer<'_>) -> Vec<Place> {
    let Answer { marks: answer, live, full } = *answer;
    let last = stretches.len().checked_sub(1).filter(|_| live);
    let mut choices = Vec::with_capacity(stretches.len());
    for (index, stretch) in stretches.iter().enumerate() {
        let lies = |choice: &Choice| {
            let end = choice.offset.saturating_add_unsigned(stretch.marks.len());
            let end = usize::try_from(end).unwrap_or(0);
            let overlap = choice.covers.end - choice.covers.start;
            (!stretch.earlier || end <= answer.len())
                && (last != Some(index) || end >= answer.len())
                && (!stretch.whole || choice.offset <= 0 || overlap >= BEYOND_CHANCE)
                && (full || choice.offset >= 0 || overlap >= BEYOND_CHANCE)
        };
        let mut equal = overlaps(&stretch.marks, answer);
        equal.retain(lies);
        choices.push(equal);
    }
    // From the last stretch to the first: the best that it and those after it can do, by how much of the answer the
    // ones before it have taken.
    let mut best = vec![vec![Some(Best::default()); answer.len() + 1]];
    for (stretch, choices) in stretches.iter().zip(&choices).rev() {
        let after = best.last().map(Vec::as_slice).unwrap_or_default();
        // All of them may lie after the answer.
        let behind = after.last().copied().flatten().filter(|_| !stretch.earlier);
        let behind = behind.map(|_| Best::default());
        let mut row = Vec::with_capacity(answer.len() + 1);
        for taken in 0..=answer.len() {
            row.push(Best::of(choices, after, taken, behind));
        }
        best.push(row);
    }
    best.reverse();
    let step = |index: usize, taken: usize| best.get(index)?.get(taken).copied().flatten();
    // The first that overlaps. Those before it lie before the answer.
    let (mut first, mut most) = (None, 0);
    for index in 0..stretches.len() {
        let overlap = step(index, 0).map_or(0, |best| best.overlap);
        if overlap > most {
            (first, most) = (Some(index), overlap);
        }
    }
    let (mut places, mut taken) = (Vec::with_capacity(stretches.len()), 0);
    for (index, stretch) in stretches.iter().enumerate() {
        let choice = first.filter(|first| index >= *first).and_then(|_| step(index, taken)?.choice);
        places.push(match choice {
            Some(choice) => {
                taken = choice.covers.end;
                Place::On(choice.offset)
            }
            None if first.map_or(stretch.earlier, |first| index < first) => Place::Before,
            None => Place::After,
        });
    }
    places
}

/// A place where a stretch may lie.
#[derive(Clone, Copy)]
struct Choice {
    offset: isize,
    covers: Span,
}

/// A part of the answer that is not empty.
#[derive(Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
}

/// The greatest overlap from some stretch on, and the first step to it: without one they all lie after the answer.
#[derive(Clone, Copy, Default)]
struct Best {
    overlap: usize,
    choice: Option<Choice>,
}

impl Best {
    fn of(choices: &[Choice], after: &[Option<Self>], taken: usize, behind: Option<Self>) -> Option<Self> {
        let mut best = behind;
        for choice in choices {
            if choice.covers.start < taken {
                continue;
            }
            let Some(Some(later)) = after.get(choice.covers.end) else { continue };
            let overlap = choice.covers.end - choice.covers.start + later.overlap;
            if best.is_none_or(|best| overlap > best.overlap) {
                best = Some(Self { overlap, choice: Some(*choice) });
            }
        }
        best
    }
}

/// Every place where the stretch and the answer overlap and are equal there. Where it begins within the answer comes
/// first: an answer without overflow begins where the first stretch does.
fn overlaps(stretch: &[Mark], answer: &[Mark]) -> Vec<Choice> {
    let mut choices = Vec::new();
    if !stretch.is_empty() && !answer.is_empty() {
        for start in 0..answer.len() {
            choices.extend(overlap(stretch, 0, answer, start));
        }
        for from in 1..stretch.len() {
            choices.extend(overlap(stretch, from, answer, 0));
        }
    }
    choices
}

/// From that mark of each on.
fn overlap(stretch: &[Mark], from: usize, answer: &[Mark], start: usize) -> Option<Choice> {
    let length = (stretch.len() - from).min(answer.len() - start);
    let end = start + length;
    let equal = stretch.get(from..from + length)? == answer.get(start..end)?;
    let offset = start.cast_signed() - from.cast_signed();
    equal.then_some(Choice { offset, covers: Span { start, end } })
}
