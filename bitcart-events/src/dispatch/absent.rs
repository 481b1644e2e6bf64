//! Wallets whose stored events wait until somebody listens to them.

use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use super::lock;
use crate::inbox::WalletId;
use crate::{Coin, Currency};

/// How often it is looked whether such a wallet is listened to by now.
const LOOK: Duration = Duration::from_secs(5);
/// How much later for each event that waits: what is due again comes before what is new, so that with many of them nothing else
/// would ever have its turn.
const EACH: Duration = Duration::from_millis(1);
/// So much back is no setting of the clock.
const SLACK: Duration = Duration::from_secs(1);

/// Until when each of them waits, with all its events: what comes when it is listened to again waits behind those that are
/// stored, so that they keep their order.
#[derive(Default)]
pub(super) struct Absent(Mutex<Waits>);

#[derive(Default)]
struct Waits {
    /// In the order of whose they are.
    known: Vec<Wait>,
    /// How many events were found since all that was due was on its way.
    found: u32,
}

#[derive(Clone, Copy)]
struct Wait {
    whose: Whose,
    said: SystemTime,
    until: SystemTime,
}

pub(super) type Whose = (Currency, Option<WalletId>);

pub(super) fn whose(coin: &Coin) -> Whose {
    (coin.currency(), coin.id())
}

impl Absent {
    /// Nobody listens to it: until when its events wait.
    pub(super) fn wait(&self, whose: Whose, now: SystemTime) -> SystemTime {
        let mut waits = lock(&self.0);
        waits.found = waits.found.saturating_add(1);
        let until = next_look(now + EACH * waits.found);
        let at = waits.place(whose).unwrap_or_else(|new| {
            waits.known.insert(new, Wait { whose, said: now, until });
            new
        });
        let Some(wait) = waits.known.get_mut(at) else { return until };
        // Those that are due sooner wait for the last of them.
        let last = if wait.lasts(now) { wait.until.max(until) } else { until };
        (wait.said, wait.until) = (now, last);
        last
    }

    /// Until when this one's events still wait.
    pub(super) fn until(&self, whose: Whose, now: SystemTime) -> Option<SystemTime> {
        let waits = lock(&self.0);
        let wait = waits.known.get(waits.place(whose).ok()?)?;
        wait.lasts(now).then_some(wait.until)
    }

    /// Whether some of its events wait.
    pub(super) fn has(&self, whose: Whose) -> bool {
        lock(&self.0).place(whose).is_ok()
    }

    /// All that was due by then is on its way.
    pub(super) fn ended(&self, by: SystemTime) {
        let Waits { known, found } = &mut *lock(&self.0);
        known.retain(|wait| wait.lasts(by));
        *found = 0;
    }
}

impl Waits {
    fn place(&self, whose: Whose) -> Result<usize, usize> {
        self.known.binary_search_by(|wait| wait.whose.cmp(&whose))
    }
}

impl Wait {
    /// What was said before the clock was set back is not believed: what is stored is due sooner since.
    fn lasts(&self, now: SystemTime) -> bool {
        now < self.until && self.said <= now + SLACK
    }
}

/// The next whole number of such times since 1970: all are looked at together, and so in their order.
fn next_look(now: SystemTime) -> SystemTime {
    let (since, every) = (now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default(), LOOK.as_secs());
    SystemTime::UNIX_EPOCH + Duration::from_secs((since.as_secs() / every + 1) * every)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_wait_the_less_often_they_are_looked_at() {
        let (absent, whose) = (Absent::default(), (Currency::Btc, None));
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(absent.wait(whose, at(1_000)), at(1_005));
        for _ in 0..100_000 {
            absent.wait(whose, at(1_001));
        }
        let until = absent.wait(whose, at(1_004));
        assert_eq!(until, at(1_105), "longer than it takes to write down that all of them wait");
        assert_eq!(absent.wait((Currency::Ltc, None), at(1_005)), at(1_110), "of other wallets too");
        assert_eq!(absent.until(whose, at(1_005)), Some(until), "also those that are due");
        assert_eq!(absent.until(whose, at(900)), None, "the clock was set back");

        absent.ended(at(1_104));
        assert_eq!(absent.wait(whose, at(1_104)), until, "the last of them");
        absent.ended(at(1_105));
        assert!(!absent.has(whose));
        assert_eq!(absent.wait(whose, at(1_106)), at(1_110));
    }
}
