//! The rounds of one wallet: when its daemon is asked, and which differences are believed.
//!
//! A daemon changes the state of a request first and tells it afterwards, so what a look finds different may be on its way.
//! It is delivered only if it is found again, the same, at a later look: after the daemon's queue was fetched once more, and
//! only if no event about it was accepted meanwhile. Should an event come even later that says exactly that, it has been
//! delivered already, and ends here.

use std::time::Duration;

use tokio::time::Instant;

use super::compare::{Change, MOST};
use super::key::{Key, Keys};
use super::late::{Late, Stored};
use super::settings::Timing;
use super::state::State;
use crate::inbox::{Origin, Remember};

/// How much of the time a daemon may be busy with our asking for one wallet: one part of so many.
const POLITE: u32 = 20;
/// How long after a failure there is another attempt, and how long at most.
const RETRY: Duration = Duration::from_secs(30);
const LONGEST_RETRY: Duration = Duration::from_secs(30 * 60);
/// With more events than this during a look nothing that it finds is believed.
const TOUCHED: usize = 16_384;

#[derive(Debug)]
pub(super) struct Wallet {
    /// Something may have been missed.
    gap: bool,
    /// When the next look is due.
    due: Option<Instant>,
    failures: u32,
    /// A round is under way.
    busy: bool,
    /// What was found different, and since when it was the same.
    suspects: Vec<Suspect>,
    touched: Touched,
    /// What was delivered in the place of events that may come after all.
    late: Late,
}

/// What events were about since the look began that is under way, or that found the suspects.
#[derive(Debug, Default)]
struct Touched {
    keys: Keys,
    all: bool,
}

/// What a look has found different, and since when it is so.
#[derive(Debug)]
struct Suspect {
    key: Key,
    state: State,
    since: Instant,
}

impl Suspect {
    fn is(&self, change: &Change) -> bool {
        (self.key, &self.state) == (change.key, &change.state)
    }
}

impl Touched {
    fn has(&self, key: Key) -> bool {
        self.all || self.keys.contains(key)
    }
}

/// A round that has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Round {
    /// Something may have been missed, blocks too. Otherwise it is the clock, or another look.
    pub(crate) gap: bool,
    began: Instant,
}

/// What becomes of an event that is about to be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is accepted.
    New,
    /// What it says was delivered already, in its place.
    Told,
    /// It was made from a state that may not be the present one any more.
    Overtaken,
}

impl Wallet {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            gap: true,
            due: Some(now),
            failures: 0,
            busy: false,
            suspects: Vec::new(),
            touched: Touched::default(),
            late: Late::default(),
        }
    }

    /// Something may have been missed: it was just started, connected again, or more came than a daemon keeps.
    pub(super) fn gap(&mut self, now: Instant) {
        (self.gap, self.due, self.failures) = (true, Some(now), 0);
    }

    /// What was under way is not any more.
    pub(super) fn broken_off(&mut self, now: Instant) {
        self.busy = false;
        self.suspects.clear();
        self.touched = Touched::default();
        self.gap(now);
    }

    /// Whether it is time for a look, once the daemon's queue has been fetched.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        !self.busy && self.due.is_some_and(|due| due <= now)
    }

    /// Begins a round if it is time. The daemon's queue has been fetched, and what was in it is accepted.
    pub(super) fn begin(&mut self, now: Instant) -> Option<Round> {
        if !self.is_due(now) {
            return None;
        }
        (self.busy, self.due) = (true, None);
        Some(Round { gap: std::mem::take(&mut self.gap), began: now })
    }

    /// An event is about to be accepted, with others: it says this of that.
    pub(super) fn accept(
        &mut self,
        key: Key,
        state: &State,
        origin: Origin,
        with: &mut Option<Stored>,
    ) -> Verdict {
        if origin == Origin::Reconciled {
            if self.touched.has(key) {
                return Verdict::Overtaken;
            }
            self.late.add(key, state.clone(), with);
            return Verdict::New;
        }
        if self.late.has(key, state, with) {
            return Verdict::Told;
        }
        if self.is_looked_at() {
            self.touched.all |= self.touched.keys.len() >= TOUCHED;
            if !self.touched.all {
                self.touched.keys.insert(key);
            }
        }
        Verdict::New
    }

    /// A look is under way, or has found something.
    fn is_looked_at(&self) -> bool {
        self.busy || !self.suspects.is_empty()
    }

    /// What was known of it is forgotten: what a look finds that is under way is not to be laid beside it.
    pub(super) fn forget(&mut self) {
        self.touched.all |= self.is_looked_at();
    }

    /// Whether an event has said something of it since the look began.
    pub(super) fn is_touched(&self, key: Key) -> bool {
        self.touched.has(key)
    }

    /// Whether what a look found may be recorded: an event that was accepted meanwhile knows better.
    pub(super) fn may_record(&self, prefix: &str, remember: &Remember) -> bool {
        let (Remember::Put(name, _) | Remember::Forget(name) | Remember::Remove(name)) = remember;
        let is_touched = |name| self.touched.all || Key::named(name).is_some_and(|key| self.touched.has(key));
        name.strip_prefix(prefix).is_none_or(|name| !is_touched(name))
    }

    /// Takes of what a look found what was found before, long enough ago, and no event has said meanwhile.
    pub(super) fn believed(&self, changes: &mut Vec<Change>, round: Round, timing: &Timing) -> Vec<Change> {
        let mut believed = Vec::new();
        for change in std::mem::take(changes) {
            let since = since(&self.suspects, &change);
            let is_believed = since.is_some_and(|since| since + timing.grace() <= round.began)
                && !self.touched.has(change.key);
            if is_believed { believed.push(change) } else { changes.push(change) }
        }
        believed
    }

    /// The round has ended, and left these differences.
    pub(super) fn end(&mut self, round: Round, now: Instant, left: &[Change], timing: &Timing) {
        (self.busy, self.failures) = (false, 0);
        let (known, touched) = (std::mem::take(&mut self.suspects), std::mem::take(&mut self.touched));
        // Differences are looked after soon, the rest in time, and nothing more often than is polite.
        let polite = now + now.duration_since(round.began) * POLITE;
        let mut due = timing.every.map(|every| now + every);
        if !left.is_empty() {
            let mut oldest = None;
            for change in left.iter().take(MOST) {
                if !touched.has(change.key) {
                    let since = since(&known, change).unwrap_or(now);
                    oldest = sooner(oldest, since);
                    self.suspects.push(Suspect { key: change.key, state: change.state.clone(), since });
                }
            }
            due = sooner(due, oldest.unwrap_or(now) + timing.grace());
        }
        self.due = if self.gap { Some(now) } else { due.map(|due| due.max(polite)) };
    }

    #[cfg(test)]
    pub(super) fn suspects(&self, key: Key) -> bool {
        self.suspects.iter().any(|suspect| suspect.key == key)
    }

    /// The daemon could not be asked, or what came of it could not be stored.
    pub(super) fn failed(&mut self, round: Round, now: Instant) {
        self.busy = false;
        if self.gap {
            return;
        }
        self.gap = round.gap;
        let wait = RETRY.saturating_mul(1 << self.failures.min(10)).min(LONGEST_RETRY);
        self.failures = self.failures.saturating_add(1);
        self.due = Some(now + wait);
    }
}

/// Since when a difference is known to be the same.
fn since(suspects: &[Suspect], change: &Change) -> Option<Instant> {
    suspects.iter().find(|suspect| suspect.is(change)).map(|suspect| suspect.since)
}

fn sooner(one: Option<Instant>, other: Instant) -> Option<Instant> {
    Some(one.map_or(other, |one| one.min(other)))
}

#[cfg(test)]
mod tests {
    use super::super::state::Standing;
    use super::*;
    use crate::PaymentStatus;

    #[test]
    fn an_answer_is_not_recorded_over_what_an_event_said_meanwhile() {
        let mut wallet = Wallet::new(Instant::now());
        let paid = State::Standing(Standing::new(PaymentStatus::Paid, None, None));
        let accept =
            |wallet: &mut Wallet, id: &str, origin| wallet.accept(Key::request(id), &paid, origin, &mut None);
        assert_eq!(accept(&mut wallet, "before", Origin::Live), Verdict::New);
        let round = wallet.begin(Instant::now()).unwrap();
        assert_eq!(accept(&mut wallet, "a", Origin::Live), Verdict::New);
        let may = |wallet: &Wallet, key: &str| {
            let put = Remember::Put(format!("state/{key}"), Vec::new());
            let remove = Remember::Remove(format!("state/{key}"));
            [put, remove].map(|remember| wallet.may_record("state/", &remember))
        };
        assert_eq!(may(&wallet, "request/a"), [false, false]);
        assert_eq!(may(&wallet, "request/before"), [true, true]);
        assert_eq!(accept(&mut wallet, "a", Origin::Reconciled), Verdict::Overtaken);
        wallet.end(round, Instant::now(), &[], &Timing::default());
        assert_eq!(may(&wallet, "request/a"), [true, true]);
    }

    #[test]
    fn a_daemon_that_cannot_be_asked_is_asked_less_and_less() {
        let start = Instant::now();
        let mut wallet = Wallet::new(start);
        let (mut now, mut waits) = (start, Vec::new());
        for _ in 0..9 {
            let round = wallet.begin(now).unwrap();
            assert!(round.gap, "what may have been missed is still to be looked for");
            wallet.failed(round, now);
            let due = wallet.due.unwrap();
            waits.push((due - now).as_secs());
            now = due;
        }
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1_800, 1_800, 1_800]);
        wallet.gap(now);
        assert!(wallet.is_due(now), "it is connected again");
    }

    #[test]
    fn a_slow_daemon_is_left_alone_for_longer() {
        let (start, timing) = (Instant::now(), Timing::default());
        let mut wallet = Wallet::new(start);
        let round = wallet.begin(start).unwrap();
        assert_eq!(wallet.begin(start), None, "one round at a time");
        let now = start + Duration::from_secs(60);
        wallet.end(round, now, &[], &timing);
        assert_eq!(wallet.due, Some(now + Duration::from_secs(20 * 60)));
    }
}
