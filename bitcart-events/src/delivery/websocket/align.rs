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
    // Of the last stretch, the last two and so on to all of them, after none: the best that they can do, by how much of the
    // answer the ones before them have taken.
    let mut best = vec![Best::row(answer, &[], &[], Some(Best::default()))];
    for stretch in stretches.iter().rev() {
        let after = best.last().map(Vec::as_slice).unwrap_or_default();
        let choices = choices(stretch, answer, best.len() == 1);
        // All of them may lie after the answer.
        let behind = match after.last() {
            Some(Some(_)) if !stretch.earlier => Some(Best::default()),
            _ => None,
        };
        best.push(Best::row(answer, &choices, after, behind));
    }
    let step = |index: usize, taken: usize| best.get(stretches.len() - index)?.get(taken).copied().flatten();
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
        let choice = match first {
            Some(first) if index >= first => step(index, taken).and_then(|best| best.choice),
            _ => None,
        };
        places.push(match (choice, first) {
            (Some(choice), _) => {
                taken = choice.end;
                Place::On(choice.offset)
            }
            (None, Some(first)) if index < first => Place::Before,
            (None, None) if stretch.earlier => Place::Before,
            (None, _) => Place::After,
        });
    }
    places
}

/// A place where a stretch may lie.
#[derive(Clone, Copy)]
struct Choice {
    offset: isize,
    /// Where what it covers of the answer begins and ends, which is not nothing.
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
    /// By how much of the answer is taken.
    fn row(
        answer: &Answer<'_>,
        choices: &[Choice],
        after: &[Option<Self>],
        behind: Option<Self>,
    ) -> Vec<Option<Self>> {
        let mut row = Vec::with_capacity(answer.marks.len() + 1);
        for taken in 0..=answer.marks.len() {
            row.push(Self::of(choices, after, taken, behind));
        }
        row
    }

    fn of(choices: &[Choice], after: &[Option<Self>], taken: usize, behind: Option<Self>) -> Option<Self> {
        let mut best = behind;
        for choice in choices {
            if choice.start < taken {
                continue;
            }
            let Some(Some(later)) = after.get(choice.end) else { continue };
            let overlap = choice.end - choice.start + later.overlap;
            if best.is_none_or(|best| overlap > best.overlap) {
                best = Some(Self { overlap, choice: Some(*choice) });
            }
        }
        best
    }
}

/// Every place where the stretch may lie. Where it begins within the answer comes first: an answer without overflow begins where
/// the first stretch does.
fn choices(stretch: &Stretch, answer: &Answer<'_>, is_last: bool) -> Vec<Choice> {
    let mut choices = Vec::new();
    if stretch.marks.is_empty() || answer.marks.is_empty() {
        return choices;
    }
    for start in 0..answer.marks.len() {
        if let Some(choice) = choice(stretch, 0, answer, start, is_last) {
            choices.push(choice);
        }
    }
    for from in 1..stretch.marks.len() {
        if let Some(choice) = choice(stretch, from, answer, 0, is_last) {
            choices.push(choice);
        }
    }
    choices
}

/// From that mark of each on they are equal as far as they overlap, and the stretch may lie there.
fn choice(
    stretch: &Stretch,
    from: usize,
    answer: &Answer<'_>,
    start: usize,
    is_last: bool,
) -> Option<Choice> {
    let Answer { marks: answer, live, full } = *answer;
    let overlap = (stretch.marks.len() - from).min(answer.len() - start);
    let end = start + overlap;
    if stretch.marks.get(from..from + overlap)? != answer.get(start..end)? {
        return None;
    }
    // Where the end of the stretch is, counted from the same mark as that of the answer.
    let ends = start + stretch.marks.len() - from;
    let lies = (!stretch.earlier || ends <= answer.len())
        && (!is_last || !live || ends >= answer.len())
        && (!stretch.whole || start <= from || overlap >= BEYOND_CHANCE)
        && (full || start >= from || overlap >= BEYOND_CHANCE);
    lies.then_some(Choice { offset: start.cast_signed() - from.cast_signed(), start, end })
}
