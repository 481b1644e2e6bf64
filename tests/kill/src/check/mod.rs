//! What has to be true of a [`History`].

mod doubles;
mod effects;
mod index;
mod lost;
mod order;
mod reruns;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::figures::Figures;
use crate::history::History;
use index::Index;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    pub figures: Figures,
    pub faults: Vec<Fault>,
    /// What is worth a look and no fault.
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub kind: Kind,
    /// What happened, to which event.
    pub what: String,
}

/// Which promise is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It was accepted, and no handler came to its end with it.
    Lost,
    /// A handler ran again after its success was committed.
    HandledAgain,
    /// A handler ran again that was not at work when the process was killed, or did not learn that it ran again.
    Rerun,
    /// Out of the order of acceptance within its lane.
    Order,
    /// Booked never, twice, or without having been settled.
    Effect,
    /// One emission became two events.
    Double,
    /// Gone before it was accepted, and not with an answer that was under way when its listener was killed.
    Vanished,
    /// Given up.
    Dead,
}

impl Findings {
    fn add(&mut self, kind: Kind, what: impl Into<String>) {
        self.faults.push(Fault { kind, what: what.into() });
    }

    pub fn count(&self, kind: Kind) -> usize {
        self.faults.iter().filter(|fault| fault.kind == kind).count()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.what)
    }
}

/// Looks at everything.
pub fn check(history: &History) -> Findings {
    let index = Index::new(history);
    let mut findings = Findings::default();
    findings.figures.rounds = 1;
    findings.figures.kills = history.lives.iter().filter(|life| life.killed).count();
    findings.figures.emitted = history.emissions.len();
    findings.figures.events = index.events.len();
    findings.figures.starts = index.events.values().map(|event| event.runs.len()).sum();
    lost::check(&index, &mut findings);
    reruns::check(&index, &mut findings);
    order::check(&index, &mut findings);
    effects::check(&index, &mut findings);
    doubles::check(&index, &mut findings);
    let (sent_again, kills) = (findings.figures.doubles_documented, findings.figures.kills);
    if sent_again > kills {
        // A daemon posts one at a time, so each kill leaves it without one answer.
        findings.add(Kind::Double, format!("{sent_again} were sent again after {kills} kills"));
    }
    let figures = &mut findings.figures;
    let count = |kind| findings.faults.iter().filter(|fault| fault.kind == kind).count();
    figures.lost = count(Kind::Lost);
    figures.handled_again = count(Kind::HandledAgain);
    figures.bad_reruns = count(Kind::Rerun);
    figures.order = count(Kind::Order);
    figures.bad_effects = count(Kind::Effect);
    figures.doubles = count(Kind::Double);
    figures.vanished = count(Kind::Vanished);
    figures.dead = count(Kind::Dead);
    findings
}
