//! From what was received to the inbox, and from there to the lanes.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::batch::Batch;
use super::sort::{Sorted, Sorting};
use super::work::AtWork;
use super::{Accepted, Dispatcher, Job, Ticket, lock, meter, runtime};
use crate::field::excerpt;
use crate::inbox::{self, Chain, Claimed, EventId, Life, NewEvent, Origin, ReceivedId, Remember};
use crate::intake::Parcel;
use crate::source::{Lane, Source};
use crate::told::quietly;
use crate::update::Malformed;
use crate::{Coin, Result, Update};

/// An update as it was read; what is none comes with the text that it should have been read from.
pub(crate) type Read = std::result::Result<Update, (Malformed, String)>;

/// An update on its way into the inbox.
pub(crate) struct Incoming {
    pub(crate) update: Read,
    pub(crate) origin: Origin,
    pub(crate) life: Life,
}

/// Updates of one wallet that are accepted together, and what is committed with them.
pub(crate) struct Delivered<'a> {
    pub(crate) source: &'a Source,
    pub(crate) coin: &'a Coin,
    pub(crate) updates: Vec<Incoming>,
    pub(crate) taken: Vec<ReceivedId>,
    pub(crate) remember: Vec<Remember>,
    pub(crate) chain: Option<Chain>,
    /// Somebody waits for the report.
    pub(crate) awaited: bool,
}

impl<'a> Delivered<'a> {
    pub(crate) fn new(source: &'a Source, coin: &'a Coin, updates: Vec<Incoming>) -> Self {
        Self { source, coin, updates, taken: Vec::new(), remember: Vec::new(), chain: None, awaited: false }
    }
}

impl Dispatcher {
    /// Accepts updates if there is room now: in memory, or in the inbox that keeps them.
    #[cfg(feature = "webhook")]
    pub(crate) fn try_accept(
        self: &Arc<Self>,
        source: &Source,
        body: &Arc<str>,
        parcel: Parcel<'_>,
    ) -> Result<Ticket> {
        let (coin, updates) = match self.read(source, body, parcel) {
            Ok(read) => read,
            Err(report) => return Ok(Ticket::done(report)),
        };
        let place = self.place_for(source, updates.first(), 0)?;
        self.put(Delivered::new(source, &coin, live(updates)), place)
    }

    /// A place for an update, if there is room now in its lane, for which so many are held elsewhere.
    #[cfg(feature = "websocket")]
    pub(crate) fn place_for(
        &self,
        source: &Source,
        update: Option<&Read>,
        held: usize,
    ) -> Result<OwnedSemaphorePermit> {
        let lane = update
            .and_then(|update| update.as_ref().ok())
            .map(|update| source.lane(update, self.policy.payments_apart));
        let place = self.room.try_take(held + lane.map_or(0, |lane| self.lanes.waiting(&lane)));
        // What finds no room in memory waits in the file; what is held elsewhere does not.
        if self.is_durable && self.room.may_hold(held) {
            place.or_else(|_| self.room.no_place())
        } else {
            place
        }
    }

    /// Whether nothing of a wallet waits or is at work.
    #[cfg(feature = "websocket")]
    pub(crate) fn is_idle(&self, coin: &Coin) -> bool {
        self.lanes.waiting(&Lane::of(coin)) == 0
    }

    /// Whether there is room for the blocks of a currency.
    #[cfg(feature = "websocket")]
    pub(crate) fn has_room_for_blocks(&self, currency: crate::Currency) -> bool {
        self.room.is_left(self.lanes.waiting(&Lane::Blocks(currency)))
    }

    /// Waits until there is room in a wallet's lane.
    #[cfg(feature = "polling")]
    pub(crate) async fn reserve_for(&self, coin: &Coin) -> Result<OwnedSemaphorePermit> {
        if self.is_durable {
            return self.room.no_place();
        }
        let lane = Lane::of(coin);
        self.room.take_in(|| self.lanes.waiting(&lane)).await
    }

    /// Accepts updates as soon as there is room.
    pub(crate) async fn accept(
        self: &Arc<Self>,
        source: &Source,
        body: &Arc<str>,
        parcel: Parcel<'_>,
    ) -> Result<Ticket> {
        let place = self.room.take().await?;
        match self.read(source, body, parcel) {
            Ok((coin, updates)) => {
                self.put(Delivered { awaited: true, ..Delivered::new(source, &coin, live(updates)) }, place)
            }
            Err(report) => Ok(Ticket::done(report)),
        }
    }

    /// Puts the updates of one wallet into the inbox, and into their lanes when they are stored, in their order.
    pub(crate) fn put(
        self: &Arc<Self>,
        delivered: Delivered<'_>,
        place: OwnedSemaphorePermit,
    ) -> Result<Ticket> {
        let runtime = runtime()?;
        if self.is_durable {
            self.start_pump(delivered.source, &runtime);
        }
        let Delivered { source, coin, updates, taken, remember, chain, awaited } = delivered;
        let total = updates.len();
        // Until they are in the inbox: what is found by comparing is put there before an event or not at all.
        #[cfg(feature = "polling")]
        let mut accepting = self.watch.accepting();
        #[cfg(feature = "polling")]
        let mut watching = accepting.at(coin);
        let Sorting { sorted, events, report } = self.sort(
            source,
            coin,
            updates,
            #[cfg(feature = "polling")]
            &mut watching,
        );
        #[cfg(feature = "polling")]
        let remember = watching.remember(remember);
        if events.is_empty() && taken.is_empty() && remember.is_empty() {
            return Ok(Ticket::done(report));
        }
        let place = self.room.fit(place, sorted.iter().filter(|sorted| sorted.live.is_some()).count());
        let has_place = place.num_permits() > 0;
        let (batch, ticket) = Batch::new(report, total, place);
        let (tell, stored) = if self.is_durable { Some(oneshot::channel()).unzip() } else { (None, None) };
        let this = Arc::clone(self);
        let source = source.clone();
        let mut rest =
            inbox::Batch { events, taken, remember, chain: chain.clone(), ..inbox::Batch::default() };
        self.backlog.decide(has_place, |claim| {
            rest.claim = claim;
            if !claim {
                // It waits in the inbox, and whoever claims it there needs the place.
                batch.leave_all();
            }
            // The events stay here too, so that nothing is read again that was read.
            let kept = rest.events.clone();
            let done = move |ids: Result<Vec<Option<EventId>>>| {
                #[cfg(feature = "polling")]
                this.health.note(&ids, chain.as_ref());
                let stored = ids.map(|ids| {
                    let stored = kept
                        .into_iter()
                        .zip(ids)
                        .zip(sorted)
                        .map(|((event, id), sorted)| (event, id, sorted));
                    this.stored(&source, stored, &batch, claim, awaited, &runtime);
                });
                if !claim {
                    this.backlog.appended();
                }
                // Nobody has to wait for it.
                let _ = tell.map(|tell| tell.send(stored));
            };
            self.inbox.append(rest, Box::new(done));
        });
        Ok(ticket.stored_by(stored))
    }

    /// They are stored: those that are ours go into their lanes.
    fn stored(
        self: &Arc<Self>,
        source: &Source,
        stored: impl ExactSizeIterator<Item = (NewEvent, Option<EventId>, Sorted)>,
        batch: &Arc<Batch>,
        claim: bool,
        awaited: bool,
        runtime: &Handle,
    ) {
        let (accepted, count) = (SystemTime::now(), stored.len());
        let mut jobs: Vec<(Lane, Vec<Accepted>)> = Vec::new();
        for (event, id, Sorted { index, live }) in stored {
            // A dead letter is said already.
            let Some((update, lane)) = live else {
                meter::count(meter::DIED, &event);
                continue;
            };
            let Some(id) = id else {
                quietly(|| {
                    tracing::debug!(currency = %event.currency, update = excerpt(&event.text), "delivered before");
                });
                batch.note(|report| report.repeated.push(index));
                meter::count(meter::REPEATED, &event);
                continue;
            };
            meter::count(meter::ACCEPTED, &event);
            quietly(|| {
                tracing::debug!(id = id.0, origin = ?event.origin, currency = %event.currency, event = %update.event(), "accepted");
            });
            if claim {
                let claimed = Claimed { id, event, attempt: 1, failures: 0, due: None, accepted };
                let accepted = Accepted { index, update, claimed };
                match jobs.iter_mut().find(|(known, _)| *known == lane) {
                    Some((_, updates)) => updates.push(accepted),
                    None => {
                        // Mostly all of them have the same lane.
                        let mut updates = Vec::with_capacity(if jobs.is_empty() { count } else { 1 });
                        updates.push(accepted);
                        jobs.push((lane, updates));
                    }
                }
            } else if awaited {
                lock(&self.awaited).insert(id, (Arc::clone(batch), index));
            }
        }
        for (lane, updates) in jobs {
            let job = Job { source: source.clone(), updates, batch: Some(Arc::clone(batch)), place: None };
            if let Some((lane, job)) = self.backlog.turn(lane, job) {
                self.enter(lane, job, runtime);
            }
        }
    }

    /// Puts a job into its lane.
    pub(super) fn enter(self: &Arc<Self>, lane: Lane, job: Job, runtime: &Handle) {
        let count = job.updates.len();
        self.unfinished.fetch_add(count, Ordering::Relaxed);
        if let Some((job, waiting)) = self.lanes.push(lane.clone(), job, count) {
            let (this, first) = (Arc::clone(self), AtWork::new(self, job));
            let abort = self.abort.clone();
            // In a box, because the runtime moves a task's future more than once.
            let work = Box::pin(async move {
                let ended = {
                    // Released before those that wait behind it.
                    let work = pin!(this.work(&lane, &waiting, first));
                    abort.run_until_cancelled(work).await
                };
                if ended.is_none() {
                    this.abandon();
                }
            });
            self.workers.spawn_on(work, runtime);
        }
    }
}

/// As they come from a daemon, or by hand.
fn live(updates: Vec<Read>) -> Vec<Incoming> {
    let life = Life::new();
    updates.into_iter().map(|update| Incoming { update, origin: Origin::Live, life }).collect()
}
