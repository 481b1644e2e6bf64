//! What is said of a run.

use std::fmt;
use std::ops::AddAssign;

/// How much was done, and how much of it was wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub rounds: usize,
    pub kills: usize,
    /// Of the daemon.
    pub emitted: usize,
    /// In the inbox.
    pub events: usize,
    /// Of handlers.
    pub starts: usize,
    pub effects: usize,
    /// After a handler's own failure.
    pub retries: usize,
    /// After a kill.
    pub reruns: usize,
    /// A rerun has the number of the attempt that was killed.
    pub attempts_twice: usize,
    pub doubles_documented: usize,
    pub lost_by_the_protocol: usize,

    pub lost: usize,
    pub handled_again: usize,
    pub bad_reruns: usize,
    pub order: usize,
    pub bad_effects: usize,
    pub doubles: usize,
    pub vanished: usize,
    pub dead: usize,
}

impl Figures {
    fn fields(&mut self) -> [&mut usize; 19] {
        let Self {
            rounds,
            kills,
            emitted,
            events,
            starts,
            effects,
            retries,
            reruns,
            attempts_twice,
            doubles_documented,
            lost_by_the_protocol,
            lost,
            handled_again,
            bad_reruns,
            order,
            bad_effects,
            doubles,
            vanished,
            dead,
        } = self;
        [
            rounds,
            kills,
            emitted,
            events,
            starts,
            effects,
            retries,
            reruns,
            attempts_twice,
            doubles_documented,
            lost_by_the_protocol,
            lost,
            handled_again,
            bad_reruns,
            order,
            bad_effects,
            doubles,
            vanished,
            dead,
        ]
    }
}

impl AddAssign for Figures {
    fn add_assign(&mut self, mut other: Self) {
        for (sum, more) in self.fields().into_iter().zip(other.fields()) {
            *sum += *more;
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rounds, kills, emitted, events, starts, effects, retries, reruns, .. } = self;
        writeln!(f, "{kills} kills in {rounds} rounds; {emitted} emitted, {events} accepted")?;
        writeln!(
            f,
            "{starts} times a handler began: {retries} retries, {reruns} after a kill; {effects} effects"
        )?;
        writeln!(
            f,
            "the daemon's: {} gone with an answer that was under way at a kill, {} payments sent again after one; \
             {} reruns with the number of the attempt that was killed",
            self.lost_by_the_protocol, self.doubles_documented, self.attempts_twice
        )?;
        write!(
            f,
            "ours: lost {}, handled again {}, wrong reruns {}, out of order {}, wrong effects {}, doubled {}, \
             vanished {}, dead {}",
            self.lost,
            self.handled_again,
            self.bad_reruns,
            self.order,
            self.bad_effects,
            self.doubles,
            self.vanished,
            self.dead
        )
    }
}
