//! From what was received to the inbox, and from there to the lanes.

use std::sync::Arc;
#[cfg(feature = "websocket")]
use std::sync::atomic::Ordering;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::absent::whose;
use super::batch::Batch;
use super::delivered::{Delivered, Incoming};
use super::few::Few;
use super::place::Placing;
use super::sort::Sorting;
use super::{Dispatcher, Ticket};
#[cfg(feature = "polling")]
use crate::Coin;
use crate::Result;
use crate::inbox::{self, EventId, Life, NewEvent, Origin};
use crate::intake::{Parcel, Together};
use crate::runtime::{has_one_thread, runtime};
#[cfg(feature = "polling")]
use crate::source::Lane;
use crate::source::Source;
#[cfg(feature = "websocket")]
use crate::update::Said;

impl Dispatcher {
    /// Accepts updates if there is room now: in memory, or in the inbox that keeps them.
    #[cfg(feature = "webhook")]
    pub(crate) fn try_accept(
        self: &Arc<Self>,
        source: &Source,
        body: &Arc<str>,
        parcel: Parcel<'_>,
        lends: bool,
    ) -> Result<Ticket> {
        let (coin, updates) = match self.read(source, body, parcel) {
            Ok(read) => read,
            Err(report) => return Ok(Ticket::done(report)),
        };
        let place = self.place_for(source, &coin, updates.first().ok(), 0, 1)?;
        // Where nothing is kept, for the handlers.
        let awaited = !self.is_durable;
        self.put(Delivered { awaited, lends, ..Delivered::new(source, &coin, live(updates)) }, place)
    }

    /// A place for an update, if there is room now in its lane, for which so many are held elsewhere. More if they are wanted and
    /// there is room for them, but where others may have lanes of their own.
    #[cfg(feature = "websocket")]
    pub(crate) fn place_for(
        &self,
        source: &Source,
        coin: &Coin,
        said: Option<Said<'_>>,
        held: usize,
        wanted: usize,
    ) -> Result<OwnedSemaphorePermit> {
        let lane = said.map(|said| source.lane(coin, said, self.policy.payments_apart));
        let wanted = if self.policy.payments_apart { 1 } else { wanted };
        let place = self.room.try_take(held + lane.map_or(0, |lane| self.lanes.waiting(&lane)), wanted);
        // What finds no room in memory waits in the file; what is held elsewhere does not.
        if self.is_durable && self.room.may_hold(held) {
            place.or_else(|_| self.room.no_place())
        } else {
            place
        }
    }

    /// Whether nothing waits here or is at work. What is still on its way into an inbox is not here.
    #[cfg(feature = "websocket")]
    pub(crate) fn is_at_rest(&self) -> bool {
        self.unfinished.load(Ordering::Relaxed) == 0
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
                // Whoever has several threads may do something else on this one, or have it break off what takes too long.
                let lends = has_one_thread()?;
                let delivered =
                    Delivered { awaited: true, lends, ..Delivered::new(source, &coin, live(updates)) };
                self.put(delivered, place)
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
        #[cfg(feature = "polling")]
        let kept = delivered.kept.as_ref();
        let Delivered { source, coin, updates, taken, remember, chain, awaited, lends, .. } = delivered;
        let total = updates.iter().map(|incoming| incoming.updates.parts.len()).sum();
        // Until they are in the inbox: what is found by comparing is put there before an event or not at all.
        #[cfg(feature = "polling")]
        let mut accepting = self.watch.accepting();
        #[cfg(feature = "polling")]
        let mut watching = accepting.at(coin);
        let Sorting { updates, facts, dead, lanes, found, report } = self.sort(
            source,
            coin,
            updates,
            total,
            #[cfg(feature = "polling")]
            &mut watching,
        );
        #[cfg(feature = "polling")]
        let (remember, watched) = (watching.remember(remember, kept), watching.stored());
        let is_nothing = taken.is_empty() && remember.is_empty() && dead.is_empty();
        if updates.is_empty() && is_nothing {
            #[cfg(feature = "polling")]
            if let Some(watched) = watched {
                watched.tell(true);
            }
            return Ok(Ticket::done(report));
        }
        let place = self.room.fit(place, updates.len());
        // A batch that finds too few waits in the inbox, where there is one that keeps it.
        let has_place = place.num_permits() >= updates.len();
        let (batch, ticket) = Batch::new(report, total, place, awaited);
        let mut died = Vec::with_capacity(dead.len());
        for event in &dead {
            died.push(event.origin);
        }
        let placing = Placing {
            source: source.clone(),
            coin: coin.clone(),
            updates,
            died,
            lanes,
            found,
            batch,
            claim: true,
            awaited,
            #[cfg(feature = "polling")]
            watched,
        };
        if self.is_transient {
            if !dead.is_empty() {
                let dead = inbox::Batch { events: dead, ..inbox::Batch::default() };
                self.inbox.append(dead, Box::new(drop));
            }
            #[cfg(feature = "polling")]
            if let Some(watched) = &placing.watched {
                watched.tell(true);
            }
            let lanes = self.place(placing);
            #[cfg(feature = "polling")]
            drop(accepting);
            if lends {
                self.begin_here(lanes, &runtime);
            } else {
                self.begin(lanes, &runtime);
            }
            return Ok(ticket);
        }
        let mut events = Vec::with_capacity(placing.updates.len() + dead.len());
        for (accepted, fact) in placing.updates.iter().zip(facts) {
            events.push(NewEvent { fact, ..accepted.event() });
        }
        events.extend(dead);
        let rest = inbox::Batch { events, taken, remember, chain, ..inbox::Batch::default() };
        Ok(ticket.stored_by(self.append(rest, placing, has_place, runtime)))
    }

    /// Puts them into an inbox that tells later when they are stored. Tells who has to wait for that.
    fn append(
        self: &Arc<Self>,
        mut rest: inbox::Batch,
        mut placing: Placing,
        has_place: bool,
        runtime: Handle,
    ) -> Option<oneshot::Receiver<Result<()>>> {
        let (tell, stored) = if self.is_durable { Some(oneshot::channel()).unzip() } else { (None, None) };
        let this = Arc::clone(self);
        // Who ends everything waits for it: before the inbox is closed it is to hear what never began.
        let on_its_way = self.workers.token();
        // Whose earlier events wait in the inbox, waits there too.
        let is_first = !self.absent.has(whose(&placing.coin));
        self.backlog.decide(has_place && is_first, |claim| {
            (rest.claim, placing.claim) = (claim, claim);
            if !claim {
                // It waits in the inbox, and whoever claims it there needs the place.
                placing.batch.leave_all();
            }
            #[cfg(feature = "polling")]
            let chain = rest.chain.clone();
            let done = move |ids: Result<Vec<Option<EventId>>>| {
                #[cfg(feature = "polling")]
                {
                    this.health.note(ids.as_ref().err(), chain.as_ref());
                    if let Some(watched) = &placing.watched {
                        watched.tell(ids.is_ok());
                    }
                }
                let stored = ids.map(|ids| {
                    let lanes = this.stored(placing, ids);
                    this.begin(lanes, &runtime);
                });
                drop(on_its_way);
                if !claim {
                    this.backlog.appended();
                }
                // Nobody has to wait for it.
                let _ = tell.map(|tell| tell.send(stored));
            };
            self.inbox.append(rest, Box::new(done));
        });
        stored
    }
}

/// As they come from a daemon, or by hand.
fn live(updates: Together) -> Few<Incoming> {
    Few::one(Incoming::new(updates, Origin::Live, Life::new()))
}
