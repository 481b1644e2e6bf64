//! Wallets whose stored events wait until somebody listens to them.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use super::lock;
use crate::inbox::WalletId;
use crate::{Coin, Currency};

/// How often it is looked whether such a wallet is listened to by now.
const LOOK: Duration = Duration::from_secs(5);

/// Until when each of them waits, with all its events: what comes when it is listened to again waits behind those that are
/// stored, so that they keep their order.
#[derive(Default)]
pub(super) struct Absent(Mutex<HashMap<Whose, SystemTime>>);

pub(super) type Whose = (Currency, Option<WalletId>);

pub(super) fn whose(coin: &Coin) -> Whose {
    (coin.currency(), coin.id())
}

impl Absent {
    /// Nobody listens to it: until when its events wait.
    pub(super) fn wait(&self, whose: Whose, now: SystemTime) -> SystemTime {
        let until = next_look(now);
        lock(&self.0).insert(whose, until);
        until
    }

    /// Until when this one's events still wait.
    pub(super) fn until(&self, whose: Whose, now: SystemTime) -> Option<SystemTime> {
        // What is further away was said before the clock was set back: what is stored is due sooner since.
        lock(&self.0).get(&whose).copied().filter(|until| now < *until && *until <= now + LOOK)
    }

    /// Whether some of its events wait.
    pub(super) fn has(&self, whose: Whose) -> bool {
        lock(&self.0).contains_key(&whose)
    }

    /// All that was due by then is on its way.
    pub(super) fn ended(&self, by: SystemTime) {
        lock(&self.0).retain(|_, until| by < *until && *until <= by + LOOK);
    }
}

/// The next whole number of such times since 1970: all are looked at together, and so in their order.
fn next_look(now: SystemTime) -> SystemTime {
    let (since, every) = (now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default(), LOOK.as_secs());
    SystemTime::UNIX_EPOCH + Duration::from_secs((since.as_secs() / every + 1) * every)
}
