//! Texts that are kept before anything is made of them, and an inbox that cannot be written.

use std::mem::take;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{OwnedSemaphorePermit, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::{Dispatcher, lock};
use crate::inbox::{Batch, Chain, NewEvent, Origin, Received, ReceivedId, Remember};
use crate::waits::Waits;
use crate::{Coin, Error, ErrorKind, Result};

/// A try writes so much, so that there is room for what comes then.
const ROOM: usize = 64 * 1024;
const TRY: &str = "try/";
/// How many texts wait for wallets that are not listened to.
const LEFT: usize = 10_000;

/// Texts by their numbers.
pub(crate) type Texts = Vec<(ReceivedId, Received)>;

/// Takes those of which this is true.
pub(crate) fn take_those(texts: &mut Texts, are: &dyn Fn(&Received) -> bool) -> Texts {
    let mut those = Vec::new();
    // Each wallet asks for its own, and mostly there are none: then nothing is moved.
    if !texts.iter().any(|(_, received)| are(received)) {
        return those;
    }
    for (id, received) in take(texts) {
        let list = if are(&received) { &mut those } else { &mut *texts };
        list.push((id, received));
    }
    those
}

/// How the last attempts to store something ended.
#[derive(Default)]
pub(super) struct Health {
    /// How many failed.
    troubles: watch::Sender<u64>,
    is_failing: AtomicBool,
}

impl Health {
    /// What could not be stored is a gap, after which nothing of its chain is stored either.
    pub(super) fn note(&self, error: Option<&Error>, chain: Option<&Chain>) {
        // What is refused because too much waits passes by itself.
        let is_failing = error.is_some_and(|error| error.kind() == ErrorKind::Inbox);
        if error.is_some() {
            chain.into_iter().for_each(Chain::cut);
            self.troubles.send_modify(|count| *count = count.wrapping_add(1));
        }
        // Read first: that is cheap, and it rarely changes.
        if self.is_failing.load(Ordering::Acquire) != is_failing {
            self.is_failing.store(is_failing, Ordering::Release);
        }
    }
}

impl Dispatcher {
    /// The number for a text that is to be kept.
    pub(crate) fn number(&self) -> ReceivedId {
        ReceivedId(self.received.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Keeps a text, under a number of its own.
    pub(crate) fn keep(
        &self,
        id: ReceivedId,
        received: Received,
        remember: Vec<Remember>,
        chain: Option<Chain>,
    ) -> oneshot::Receiver<Result<()>> {
        self.write(Batch { received: vec![(id, received)], remember, chain, ..Batch::default() })
    }

    /// Keeps what is to be known after a restart, and lets go of texts.
    pub(crate) fn remember(
        &self,
        remember: Vec<Remember>,
        taken: Vec<ReceivedId>,
        chain: Option<Chain>,
    ) -> oneshot::Receiver<Result<()>> {
        self.write(Batch { remember, taken, chain, ..Batch::default() })
    }

    fn write(&self, batch: Batch) -> oneshot::Receiver<Result<()>> {
        let (tell, stored) = oneshot::channel();
        let (health, chain) = (Arc::clone(&self.health), batch.chain.clone());
        let done = move |written: Result<_>| {
            health.note(written.as_ref().err(), chain.as_ref());
            // Nobody has to wait for it.
            let _ = tell.send(written.map(|_| ()));
        };
        self.inbox.append(batch, Box::new(done));
        stored
    }

    /// Tells when something could not be stored.
    #[cfg(feature = "websocket")]
    pub(crate) fn troubles(&self) -> watch::Receiver<u64> {
        self.health.troubles.subscribe()
    }

    /// Waits until the inbox can be written. Whatever is fetched from a daemon is gone there, so it is not fetched before.
    /// `None` if it was told to stop.
    pub(crate) async fn writable(&self, stop: &CancellationToken) -> Option<()> {
        let mut waits = Waits::new();
        while self.health.is_failing.load(Ordering::Acquire) {
            let room = Remember::Put(TRY.to_owned(), vec![0; ROOM]);
            let written = self.remember(vec![room], Vec::new(), None).await;
            if written.is_ok_and(|written| written.is_ok()) {
                // The room stays in the file.
                let _ = self.remember(vec![Remember::Remove(TRY.to_owned())], Vec::new(), None).await;
                break;
            }
            stop.run_until_cancelled(tokio::time::sleep(waits.next())).await?;
        }
        Some(())
    }

    /// Leaves an answer for a wallet that was removed while it was under way, in case that it comes back: the daemon has
    /// forgotten what is in it.
    pub(crate) fn leave(&self, id: Option<ReceivedId>, answer: Received) {
        let id = id.unwrap_or_else(|| self.number());
        let mut leftover = lock(&self.leftover);
        if leftover.len() < LEFT {
            leftover.push((id, answer));
            return;
        }
        drop(leftover);
        self.told.once("too many answers", || {
            let then = if self.is_durable { "comes after the next start" } else { "is lost" };
            tracing::error!(
                "the daemons answered more than {LEFT} times for wallets that had just been removed: what is in further answers {then}"
            );
        });
    }

    /// What was received and nothing was made of, by an earlier process or because its wallet was not there, as far as it is
    /// wanted.
    pub(crate) fn leftover(&self, wanted: &dyn Fn(&Received) -> bool) -> Texts {
        take_those(&mut lock(&self.leftover), wanted)
    }

    /// For what needs no place.
    pub(crate) fn reserve_nothing(&self) -> Result<OwnedSemaphorePermit> {
        self.room.no_place()
    }

    /// Makes a dead letter of a text that is none of events.
    pub(crate) fn bury(&self, coin: &Coin, text: Arc<str>, received: Option<ReceivedId>, why: &str) {
        let dead = Some(why.to_owned());
        let event = NewEvent { dead, ..NewEvent::of(coin, text, Origin::Drained) };
        let taken = received.into_iter().collect();
        // What is kept and cannot be buried now comes up again.
        drop(self.write(Batch { events: vec![event], taken, ..Batch::default() }));
    }
}
