//! What is counted.

/// What came of many runs.
#[derive(Debug, Default, Clone)]
pub(in super::super) struct Sum {
    pub(super) cases: usize,
    pub(super) exact_cases: usize,
    pub(super) merges: usize,
    pub(super) exact: usize,
    /// Merges of which only one course of events explains what was seen.
    pub(super) certain: usize,
    pub(super) certain_wrong: usize,
    pub(super) carried: usize,
    pub(super) lost: usize,
    pub(super) twice: usize,
    pub(super) lives_wrong: usize,
    pub(super) implausible: usize,
    pub(super) facts: usize,
    pub(super) facts_lost: usize,
    pub(super) facts_twice: usize,
    pub(super) restarts: usize,
    pub(super) failures: usize,
    /// The first result that is implausible.
    pub(super) shown: Option<String>,
}

impl Sum {
    pub(super) fn add(&mut self, other: &Self) {
        let Self { cases, exact_cases, merges, exact, certain, certain_wrong, carried, lost, twice, .. } =
            other;
        self.cases += cases;
        self.exact_cases += exact_cases;
        self.merges += merges;
        self.exact += exact;
        self.certain += certain;
        self.certain_wrong += certain_wrong;
        self.carried += carried;
        self.lost += lost;
        self.twice += twice;
        self.lives_wrong += other.lives_wrong;
        self.implausible += other.implausible;
        self.facts += other.facts;
        self.facts_lost += other.facts_lost;
        self.facts_twice += other.facts_twice;
        self.restarts += other.restarts;
        self.failures += other.failures;
        self.shown = self.shown.take().or_else(|| other.shown.clone());
    }
}
