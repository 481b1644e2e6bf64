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

use std::ops::Range;

use crate::update::Mark;

/// Places `stretches`, oldest first, on `answer`. For each the place of its first mark, counted from the answer's
/// first; `None` for one that does not touch it.
///
/// `live` says that the last stretch has everything that was emitted before the answer, up to its end: so it cannot
/// end before the answer does.
pub(super) fn place(stretches: &[Vec<Mark>], answer: &[Mark], live: bool) -> Vec<Option<isize>> {
    let last = stretches.len().checked_sub(1).filter(|_| live);
    let choices: Vec<Vec<Choice>> = stretches
        .iter()
        .enumerate()
        .map(|(index, stretch)| choices(stretch, answer, last == Some(index)))
        .collect();
    // From the last stretch to the first: the best that it and those after it can do, by how much of the answer the
    // ones before it have taken.
    let mut best = vec![vec![Best::default(); answer.len() + 1]];
    for choices in choices.iter().rev() {
        let after = best.last().map(Vec::as_slice).unwrap_or_default();
        let row = (0..=answer.len()).map(|taken| Best::of(choices, after, taken)).collect();
        best.push(row);
    }
    let mut taken = 0;
    let rows = best.iter().rev();
    let chosen = rows.take(stretches.len()).map(|row| {
        let best = row.get(taken).copied().unwrap_or_default();
        taken = best.choice.map_or(taken, |choice| choice.covers.end);
        best.choice.map(|choice| choice.offset)
    });
    chosen.collect()
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

/// The greatest overlap from some stretch on, and the first step to it.
#[derive(Clone, Copy, Default)]
struct Best {
    overlap: usize,
    choice: Option<Choice>,
}

impl Best {
    /// `after` is what the later stretches can do. Of equal ways the one that lies furthest to the left is taken: an
    /// answer without overflow begins where the first stretch does, and what lies beyond its end is known again in the
    /// next one.
    fn of(choices: &[Choice], after: &[Self], taken: usize) -> Self {
        let later = |taken: usize| after.get(taken).map_or(0, |best| best.overlap);
        let without = Self { overlap: later(taken), choice: None };
        let possible = choices.iter().filter(|choice| choice.covers.start >= taken);
        possible.fold(without, |best, choice| {
            let overlap = choice.covers.end - choice.covers.start + later(choice.covers.end);
            let better = overlap > best.overlap || (best.choice.is_none() && overlap == best.overlap);
            if better { Self { overlap, choice: Some(*choice) } } else { best }
        })
    }
}

/// Every place where the stretch and the answer overlap and are equal there.
fn choices(stretch: &[Mark], answer: &[Mark], live: bool) -> Vec<Choice> {
    let Ok(length) = isize::try_from(stretch.len()) else { return Vec::new() };
    let Ok(end) = isize::try_from(answer.len()) else { return Vec::new() };
    let places = (1 - length..end).filter(|offset| !live || offset + length >= end);
    places.filter_map(|offset| overlap(stretch, answer, offset)).collect()
}

fn overlap(stretch: &[Mark], answer: &[Mark], offset: isize) -> Option<Choice> {
    let ahead = offset.unsigned_abs();
    let (from, start) = if offset < 0 { (ahead, 0) } else { (0, ahead) };
    let length = (stretch.len() - from).min(answer.len() - start);
    let Range { start, end } = start..start + length;
    let equal = stretch.get(from..from + length)? == answer.get(start..end)?;
    equal.then_some(Choice { offset, covers: Span { start, end } })
}
