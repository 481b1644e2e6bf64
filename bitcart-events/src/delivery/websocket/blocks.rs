//! Blocks name no wallet, and stand in the queue of each. They are noted once; a wallet's history takes them up when it is
//! looked at, so that a block's work does not grow with the number of wallets.

use super::history::{History, KNOWN};
use crate::inbox::Mark;

/// The last ones, as many as a history knows and one more, so that it knows when there were others before.
#[derive(Default)]
pub(super) struct Blocks {
    noted: Vec<(u64, Noted)>,
    /// The number of the last one.
    last: u64,
    /// The number of the last one that is not here any more.
    gone: u64,
}

enum Noted {
    Block(Mark),
    /// A block found no room.
    Gap,
}

/// The number of the last one that a history has.
pub(super) struct Seen(u64);

impl Blocks {
    pub(super) fn brought(&mut self, mark: Mark) {
        self.note(Noted::Block(mark));
    }

    pub(super) fn gap(&mut self) {
        // Two are one, which comes after what a history has got since the first.
        if matches!(self.noted.last(), Some((_, Noted::Gap))) {
            self.noted.pop();
        }
        self.note(Noted::Gap);
    }

    fn note(&mut self, noted: Noted) {
        self.last += 1;
        self.noted.push((self.last, noted));
        // Every other one may be a gap.
        if self.noted.len() > 2 * (KNOWN + 1) {
            (self.gone, _) = self.noted.remove(0);
        }
    }

    /// For a history that has them all.
    pub(super) fn seen(&self) -> Seen {
        Seen(self.last)
    }

    /// For one that is to have all but the next.
    pub(super) fn seen_with_next(&self) -> Seen {
        Seen(self.last + 1)
    }

    /// Gives a history those that it has not seen. Whether there is a gap among them.
    pub(super) fn take_up<H>(&self, history: &mut History<H>, seen: &mut Seen) -> bool {
        let Seen(seen) = std::mem::replace(seen, self.seen());
        if seen == self.last {
            return false;
        }
        let mut has_gap = seen < self.gone;
        if has_gap {
            // They are known no more. Nor is what came before them, unless it is held.
            history.gap();
        }
        let unseen = self.noted.partition_point(|(number, _)| *number <= seen);
        for (_, noted) in self.noted.get(unseen..).unwrap_or_default() {
            match noted {
                Noted::Block(mark) => history.brought(*mark, None),
                Noted::Gap => {
                    has_gap = true;
                    history.gap();
                }
            }
        }
        has_gap
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::history::Next;
    use super::*;

    /// How many of the last a daemon queues, until it is asked for them.
    const QUEUED: usize = 100;

    #[derive(Debug, Clone, Copy)]
    enum Step {
        Delivered(u8),
        Held(u8),
        /// Told while the socket was closed.
        Lost(u8),
        Blocks(u8),
        Gap,
        Connected,
        /// An answer with so many of the last that was told.
        Answered(usize),
        Released,
    }

    /// A history that is told of each block at once, and one that takes them up; side by side.
    #[derive(Default)]
    struct Both {
        eager: History<Mark>,
        lazy: History<Mark>,
        blocks: Blocks,
        seen: u64,
        told: Vec<Mark>,
        /// More blocks come than are noted.
        is_far_behind: bool,
    }

    impl Both {
        fn tell(&mut self, kind: u8, number: usize) -> Mark {
            let mark = Mark((u128::from(kind) << 64 | number as u128).to_le_bytes());
            self.told.push(mark);
            mark
        }

        fn lazy(&mut self) -> &mut History<Mark> {
            let mut seen = Seen(self.seen);
            self.blocks.take_up(&mut self.lazy, &mut seen);
            self.seen = seen.0;
            &mut self.lazy
        }

        fn each<T>(&mut self, what: impl Fn(&mut History<Mark>) -> T) -> [T; 2] {
            [what(&mut self.eager), what(self.lazy())]
        }

        fn on_both<T: PartialEq + std::fmt::Debug>(&mut self, what: impl Fn(&mut History<Mark>) -> T) {
            let [eager, lazy] = self.each(what);
            assert_eq!(lazy, eager);
        }

        fn step(&mut self, step: Step) {
            match step {
                Step::Delivered(payment) => {
                    let mark = self.tell(0, payment.into());
                    self.on_both(|history| history.brought(mark, None));
                }
                Step::Held(payment) => {
                    let mark = self.tell(0, payment.into());
                    self.on_both(|history| history.brought(mark, Some(mark)));
                }
                Step::Lost(payment) => {
                    self.tell(0, payment.into());
                    self.step(Step::Gap);
                }
                Step::Blocks(count) => {
                    for _ in 0..count {
                        let mark = self.tell(1, self.told.len());
                        self.eager.brought(mark, None);
                        self.blocks.brought(mark);
                    }
                }
                Step::Gap => {
                    self.eager.gap();
                    self.blocks.gap();
                }
                Step::Connected => self.on_both(History::connected),
                Step::Answered(count) => {
                    let is_far_behind = self.is_far_behind;
                    // Of an answer that no daemon would give either of the two may deliver more than the other.
                    let count = if is_far_behind { QUEUED } else { count };
                    let answer = self.told.split_off(self.told.len().saturating_sub(count));
                    let [eager, lazy] = self.each(|history| history.merge(&answer, true, false));
                    if is_far_behind {
                        let delivered = |next: Next<Mark>| match next {
                            Next::Held(mark) => mark,
                            Next::Missed(place) => answer[place],
                        };
                        let [eager, mut lazy] =
                            [eager, lazy].map(|merged| merged.next.into_iter().map(delivered));
                        for mark in eager {
                            assert!(lazy.any(|other| other == mark), "in this order");
                        }
                    } else {
                        assert_eq!(eager, lazy);
                    }
                    self.told = if is_far_behind { Vec::new() } else { answer };
                }
                Step::Released => self.on_both(History::release),
            }
        }
    }

    fn steps(most: u8) -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            4 => (0..3_u8).prop_map(Step::Delivered),
            2 => (0..3_u8).prop_map(Step::Held),
            1 => (0..3_u8).prop_map(Step::Lost),
            4 => (1..=most).prop_map(Step::Blocks),
            1 => Just(Step::Gap),
            1 => Just(Step::Connected),
            2 => (0..10 * usize::from(most)).prop_map(Step::Answered),
            1 => Just(Step::Released),
        ];
        proptest::collection::vec(step, 1..40)
    }

    fn saved(history: &mut History<Mark>) -> Vec<u8> {
        history.save(|_| None).done()
    }

    fn run(steps: impl IntoIterator<Item = Step>, is_far_behind: bool) {
        let mut both = Both { is_far_behind, ..Both::default() };
        steps.into_iter().for_each(|step| both.step(step));
        if !is_far_behind {
            both.on_both(saved);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn taken_up_later_they_are_what_they_would_have_been(steps in steps(3)) {
            run(steps, false);
        }

        /// Then less is known, so that more may be delivered, and nothing less.
        #[test]
        fn far_behind_nothing_is_lost(steps in steps(200)) {
            run(steps, true);
        }
    }

    /// More than a history knows, while nothing else comes.
    #[test]
    fn what_is_forgotten_is_a_gap() {
        let mut both = Both::default();
        [Step::Connected, Step::Answered(0), Step::Delivered(1), Step::Blocks(255), Step::Connected]
            .into_iter()
            .for_each(|step| both.step(step));
        assert_eq!(both.blocks.noted.len(), 255, "all of them are noted still");
        let after =
            [Step::Blocks(255), Step::Blocks(255), Step::Connected, Step::Delivered(2), Step::Answered(20)];
        after.into_iter().for_each(|step| both.step(step));
        both.on_both(saved);
    }
}
