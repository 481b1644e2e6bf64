//! What goes wrong again and again: said at once, and then now and then for as long as it lasts.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

#[cfg(feature = "polling")]
use crate::{Error, ErrorKind, told::quietly};

/// How often it is said: an operator who looks later finds it, and no log is filled with it. What has not happened for so long has
/// passed.
const AGAIN: Duration = Duration::from_secs(10 * 60);
/// Who makes up ever new troubles is answered with silence.
const LIMIT: usize = 1_000;

/// The troubles that there are now.
#[derive(Default)]
pub(crate) struct Troubles(Mutex<Vec<Trouble>>);

/// Where it is: a daemon, and one of its wallets unless it is the daemon's own.
pub(crate) type Place<'a> = (&'a str, Option<&'a str>);

struct Trouble {
    what: String,
    daemon: String,
    wallet: Option<String>,
    since: Instant,
    told: Instant,
    seen: Instant,
}

impl Trouble {
    fn is_at(&self, place: Place<'_>) -> bool {
        (self.daemon.as_str(), self.wallet.as_deref()) == place
    }
}

impl Troubles {
    /// It has happened, and is tried again.
    #[cfg(feature = "polling")]
    pub(crate) fn tell(&self, (daemon, wallet): Place<'_>, error: &Error) {
        let is_login = error.kind() == ErrorKind::Unauthorized;
        let is_daemons = is_login || error.kind() == ErrorKind::Connection;
        let trouble = error.to_string();
        match self.met((daemon, wallet.filter(|_| !is_daemons)), &trouble) {
            None => tracing::debug!(wallet, "{trouble}"),
            // Nobody but the operator can end it.
            Some(trying) if is_login => drop(quietly(|| tracing::error!(wallet, "{trouble}; {trying}"))),
            Some(trying) => drop(quietly(|| tracing::warn!(wallet, "{trouble}; {trying}"))),
        }
    }

    /// It has happened. If it is time to say so: that it is tried again, and how long there has been trouble at this place.
    pub(crate) fn met(&self, place: Place<'_>, what: &str) -> Option<Trying> {
        let now = Instant::now();
        let mut troubles = self.without(&|trouble| now.duration_since(trouble.seen) >= AGAIN);
        // One outage shows itself in several ways, each of which is said at once, and one of them again. Several wallets may have
        // the same trouble.
        let here = || troubles.iter().filter(|trouble| trouble.what == what || trouble.is_at(place));
        let since = here().map(|trouble| trouble.since).min().unwrap_or(now);
        let is_due = here().all(|trouble| now.duration_since(trouble.told) >= AGAIN);
        let has_room = troubles.len() < LIMIT;
        let is_told = match troubles.iter_mut().find(|trouble| trouble.what == what) {
            Some(trouble) => {
                trouble.seen = now;
                if is_due {
                    trouble.told = now;
                }
                is_due
            }
            None if has_room => {
                let (daemon, wallet) = (place.0.to_owned(), place.1.map(str::to_owned));
                let what = what.to_owned();
                troubles.push(Trouble { what, daemon, wallet, since, told: now, seen: now });
                true
            }
            None => false,
        };
        is_told.then(|| Trying(now.duration_since(since)))
    }

    /// A daemon is in order for a wallet, or an inbox: what comes then is new.
    pub(crate) fn over(&self, (daemon, wallet): Place<'_>) {
        drop(self.without(&|trouble| trouble.is_at((daemon, None)) || trouble.is_at((daemon, wallet))));
    }

    fn without(&self, over: &dyn Fn(&Trouble) -> bool) -> MutexGuard<'_, Vec<Trouble>> {
        let mut troubles = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        troubles.retain(|trouble| !over(trouble));
        troubles
    }
}

/// For how long something has been tried again by now.
#[derive(Debug)]
pub(crate) struct Trying(Duration);

impl fmt::Display for Trying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("trying again until it works")?;
        // It has not been tried again yet.
        if self.0 < Duration::from_secs(1) { Ok(()) } else { write!(f, ", for {} now", Lasting(self.0)) }
    }
}

/// A time as an operator reads it: `40 s`, `12 min`, `3 h 5 min`.
pub(crate) struct Lasting(pub(crate) Duration);

impl fmt::Display for Lasting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        match (seconds / 3_600, seconds / 60 % 60) {
            (0, 0) => write!(f, "{seconds} s"),
            (0, minutes) => write!(f, "{minutes} min"),
            (hours, minutes) => write!(f, "{hours} h {minutes} min"),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const DAEMON: Place<'_> = ("the daemon", None);
    const WALLET: Place<'_> = ("the daemon", Some("#1"));
    const OTHER: Place<'_> = ("the daemon", Some("#2"));
    const FIRST: &str = "trying again until it works";

    fn met(troubles: &Troubles, place: Place<'_>, what: &str) -> String {
        troubles.met(place, what).map(|trying| trying.to_string()).unwrap_or_default()
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_said_at_once_and_then_every_ten_minutes_with_how_long_it_lasts() {
        let troubles = Troubles::default();
        assert_eq!(met(&troubles, DAEMON, "gone"), FIRST);
        let mut said = Vec::new();
        for minute in 1..=65 {
            advance(Duration::from_secs(60)).await;
            said.extend(troubles.met(DAEMON, "gone").map(|trying| (minute, trying.to_string())));
        }
        let words = ["10 min", "20 min", "30 min", "40 min", "50 min", "1 h 0 min"];
        let again = |words| format!("{FIRST}, for {words} now");
        let expected = (1..).zip(words).map(|(tens, words)| (10 * tens, again(words)));
        assert_eq!(said, Vec::from_iter(expected));
        assert_eq!(met(&troubles, DAEMON, "late"), again("1 h 5 min"), "it is the same outage");
        advance(Duration::from_secs(5 * 60)).await;
        assert_eq!(met(&troubles, DAEMON, "gone"), "", "it was said 5 minutes ago");
        assert_eq!(met(&troubles, WALLET, "no key"), FIRST);
        assert_eq!(met(&troubles, OTHER, "no key"), "", "it was said of the first");
        assert_eq!(met(&troubles, ("another", None), "another: gone"), FIRST);
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_passed_is_new_when_it_comes_again() {
        let troubles = Troubles::default();
        met(&troubles, DAEMON, "late");
        advance(AGAIN).await;
        assert_eq!(met(&troubles, DAEMON, "gone"), FIRST);
        for number in 0..2 * LIMIT {
            met(&troubles, DAEMON, &format!("made up {number}"));
        }
        assert_eq!(troubles.0.lock().unwrap().len(), LIMIT);
    }

    #[cfg(feature = "polling")]
    #[tokio::test(start_paused = true)]
    async fn what_is_well_for_one_wallet_may_not_be_for_another() {
        let troubles = Troubles::default();
        let all = [DAEMON, WALLET, OTHER, ("another", None)];
        let tell = |(daemon, wallet)| met(&troubles, (daemon, wallet), &format!("{daemon} {wallet:?}"));
        assert_eq!(all.map(tell), [FIRST; 4]);
        troubles.over(WALLET);
        assert_eq!(all.map(tell), [FIRST, FIRST, "", ""]);
    }

    #[test]
    fn a_time_is_written_as_it_is_read() {
        let shown = [40, 719, 11_100].map(|seconds| Lasting(Duration::from_secs(seconds)).to_string());
        assert_eq!(shown, ["40 s", "11 min", "3 h 5 min"]);
    }
}
