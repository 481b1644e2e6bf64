//! What operators see: dead letters, and how much there is.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use super::{Claimed, EventId, Origin};
use crate::Currency;
use crate::object::{Members, text_of};
use crate::wallet::WalletId;

/// An event that cannot be handled: its arguments cannot be read, its handler said so, or the last attempt failed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DeadLetter {
    /// Its number in the inbox, which it keeps when it is replayed.
    pub id: EventId,
    /// The currency whose daemon sent it.
    pub currency: Currency,
    /// The wallet that it is for, by its fingerprint.
    pub wallet: Option<WalletId>,
    /// Its whole JSON text, as it came.
    pub text: String,
    /// How it came.
    pub origin: Origin,
    /// Why it is dead: the last error, with its causes.
    pub error: String,
    /// How many attempts were made.
    pub attempts: u32,
    /// When it was accepted.
    pub accepted: SystemTime,
    /// When it died.
    pub died: SystemTime,
}

/// Which dead letters.
///
/// ```
/// use bitcart_events::Currency;
/// use bitcart_events::inbox::{DeadLetters, EventId};
///
/// let all = DeadLetters::all();
/// let one = DeadLetters::one(EventId(17));
/// let payments = DeadLetters::all().event("new_payment").currency(Currency::Btc).error("connection refused");
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct DeadLetters {
    /// The one of this number.
    pub id: Option<EventId>,
    /// Those of this event.
    pub event: Option<String>,
    /// Those of this currency.
    pub currency: Option<Currency>,
    /// Those of this wallet.
    pub wallet: Option<WalletId>,
    /// Those whose error has this in it.
    pub error: Option<String>,
    /// Those that died at this time or later.
    pub since: Option<SystemTime>,
}

impl DeadLetters {
    /// All of them.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// The one of this number.
    #[must_use]
    pub fn one(id: EventId) -> Self {
        Self { id: Some(id), ..Self::default() }
    }

    /// Only those of this event.
    #[must_use]
    pub fn event(self, name: impl Into<String>) -> Self {
        Self { event: Some(name.into()), ..self }
    }

    /// Only those of this currency.
    #[must_use]
    pub fn currency(self, currency: Currency) -> Self {
        Self { currency: Some(currency), ..self }
    }

    /// Only those of this wallet.
    #[must_use]
    pub fn wallet(self, wallet: WalletId) -> Self {
        Self { wallet: Some(wallet), ..self }
    }

    /// Only those whose error has this text in it.
    #[must_use]
    pub fn error(self, text: impl Into<String>) -> Self {
        Self { error: Some(text.into()), ..self }
    }

    /// Only those that died at this time or later.
    #[must_use]
    pub fn since(self, time: SystemTime) -> Self {
        Self { since: Some(time), ..self }
    }

    /// Whether this one is meant.
    #[must_use]
    pub fn has(&self, letter: &DeadLetter) -> bool {
        fn fits<T>(wanted: Option<&T>, fits: impl FnOnce(&T) -> bool) -> bool {
            wanted.is_none_or(fits)
        }
        fits(self.id.as_ref(), |id| *id == letter.id)
            && fits(self.event.as_ref(), |event| letter.event().as_deref() == Some(event))
            && fits(self.currency.as_ref(), |currency| *currency == letter.currency)
            && fits(self.wallet.as_ref(), |wallet| Some(*wallet) == letter.wallet)
            && fits(self.error.as_ref(), |text| letter.error.contains(text.as_str()))
            && fits(self.since.as_ref(), |time| letter.died >= *time)
    }
}

impl DeadLetter {
    /// What a claimed event becomes that died now.
    #[must_use]
    pub fn of(claimed: &Claimed, error: impl Into<String>) -> Self {
        let Claimed { id, event, attempt, accepted, .. } = claimed;
        Self {
            id: *id,
            currency: event.currency,
            wallet: event.wallet,
            text: event.text.to_string(),
            origin: event.origin,
            error: error.into(),
            attempts: *attempt,
            accepted: *accepted,
            died: SystemTime::now(),
        }
    }

    /// The name of its event, if the text has one.
    #[must_use]
    pub fn event(&self) -> Option<String> {
        let name = Members::read(&self.text).ok()?.get("event")?;
        text_of(name).map(Cow::into_owned)
    }
}

/// How much is in an inbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct InboxStats {
    /// Accepted and not settled, with those that are tried again later.
    pub pending: u64,
    /// Of these, those whose last attempt failed.
    pub retrying: u64,
    /// How long ago the oldest of them was accepted.
    pub oldest: Option<Duration>,
    /// Dead letters.
    pub dead: u64,
    /// Received texts of which no events were made yet.
    pub received: u64,
}
