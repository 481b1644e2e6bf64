//! What is appended together.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, Range};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::wallet::WalletId;
use crate::{Coin, Currency};

/// What is committed together, or not at all.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Batch {
    /// What was accepted, in its order.
    pub events: Vec<NewEvent>,
    /// The events are claimed at once, by who appends them. Otherwise they wait to be.
    pub claim: bool,
    /// Texts that are kept before anything in them is looked at, and how their ids are told.
    pub received: Vec<(ReceivedId, Received)>,
    /// Texts of which these events were made, or nothing: they are not needed any more.
    pub taken: Vec<ReceivedId>,
    /// What else is to be known after a restart.
    pub remember: Vec<Remember>,
    /// What it is a link of, if it may be stored only after those before it.
    pub chain: Option<Chain>,
}

/// Batches of which none may be stored after one that could not be: what a connection brings is stored in the order in
/// which it came, or fetched again.
///
/// Who appends the batches breaks it when it is told that one could not be stored. An inbox refuses a batch whose chain is
/// broken when it comes to storing it, because that may be long after the call.
#[derive(Debug, Clone, Default)]
pub struct Chain(Arc<AtomicBool>);

impl Chain {
    /// Nothing of it is stored from now on.
    #[cfg(feature = "polling")]
    pub(crate) fn cut(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether a batch could not be stored.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// An event that was accepted.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewEvent {
    /// The currency whose daemon sent it.
    pub currency: Currency,
    /// The wallet that it is for; `None` if the daemon named none.
    pub wallet: Option<WalletId>,
    /// Its JSON text, as it came.
    pub text: Text,
    /// How it came.
    pub origin: Origin,
    /// What it states, if that is delivered only once.
    pub fact: Option<Fact>,
    /// Why it can never be handled, if that is known already: it is stored as a dead letter.
    pub dead: Option<String>,
}

impl NewEvent {
    /// One that came just now, for no wallet.
    #[must_use]
    pub fn new(currency: Currency, text: impl Into<Text>) -> Self {
        Self { currency, wallet: None, text: text.into(), origin: Origin::Live, fact: None, dead: None }
    }

    pub(crate) fn of(coin: &Coin, text: impl Into<Text>, origin: Origin) -> Self {
        Self { wallet: coin.id(), origin, ..Self::new(coin.currency(), text) }
    }
}

/// A part of a text that is shared.
#[derive(Clone)]
pub struct Text {
    body: Arc<str>,
    part: Range<usize>,
}

impl Text {
    pub(crate) fn new(body: Arc<str>, part: Range<usize>) -> Self {
        Self { body, part }
    }

    pub(crate) fn body(&self) -> (&Arc<str>, Range<usize>) {
        (&self.body, self.part.clone())
    }
}

impl From<Arc<str>> for Text {
    fn from(body: Arc<str>) -> Self {
        let part = 0..body.len();
        Self { body, part }
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.body.get(self.part.clone()).unwrap_or_default()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

/// How an event came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// The daemon sent it, by webhook or websocket, or the program passed it by hand.
    Live,
    /// It waited in the daemon's queue: by polling, or where a webhook or a websocket had a gap.
    Drained,
    /// Nothing brought it: it was made from the daemon's state, which was not what the events said.
    Reconciled,
    /// It was a dead letter, and is handled again because an operator wants it.
    Replayed,
}

/// The number of an event in its inbox. A later one is greater. In a file, numbers are left out after a kill: no events are
/// missing there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u64);

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is delivered once for ever.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fact {
    /// A height of a chain.
    Height {
        /// Whose blocks: a currency's, or one wallet's of it.
        of: String,
        /// The height.
        height: u64,
    },
    /// A transfer of a wallet.
    Transfer {
        /// Which one.
        mark: Mark,
        /// Equal ones in one life of the daemon are different transfers.
        life: Life,
    },
}

/// 128 bits of a text under [the inbox's key](crate::inbox::Inbox::key).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark(pub [u8; 16]);

/// In one piece, as it is a hash already.
impl Hash for Mark {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(u128::from_le_bytes(self.0));
    }
}

/// A time in which a daemon sends each transfer once: it sends them again after it was restarted. It is not kept: no life
/// is known to go on when the program starts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Life(u64);

impl Life {
    /// Another one than all before.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A text that was received and is not looked at yet. The next process makes events of it if this one does not come to it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Received {
    /// The currency whose daemon sent it.
    pub currency: Currency,
    /// The wallet that was asked for; `None` for what a websocket brought, which names it in the text.
    pub wallet: Option<WalletId>,
    /// The text.
    pub text: Text,
}

impl Received {
    /// One that names its wallet itself, or none.
    #[must_use]
    pub fn new(currency: Currency, text: impl Into<Text>) -> Self {
        Self { currency, wallet: None, text: text.into() }
    }
}

/// The number of a received text. The one who appends it chooses it; a later one is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReceivedId(pub u64);

/// What is to be known after a restart, by keys that begin with what they are for.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Remember {
    /// This, in the place of what was there.
    Put(String, Vec<u8>),
    /// Nothing under any key that begins so.
    Forget(String),
    /// Nothing under this key. What is under longer ones that begin so stays.
    Remove(String),
}
