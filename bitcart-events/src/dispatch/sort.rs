//! What becomes of updates before they are stored: read, ignored, rejected, or sorted into lanes.

use std::iter::once_with;
use std::sync::Arc;
use std::time::SystemTime;

use super::delivered::Incoming;
use super::few::Few;
use super::found::Found;
use super::{Accepted, Dispatcher, Ignored, IgnoredReason, Rejected, Report};
use crate::field::{IntField, excerpt};
use crate::inbox::{Begun, EventId, Fact, Life, Mark, NewEvent, Origin, Transient};
use crate::intake::{Parcel, Together};
#[cfg(feature = "polling")]
use crate::reconcile::Watching;
use crate::schema::event;
use crate::source::{Lane, Source, Unasked};
use crate::update::{self, Malformed, Marker, Said};
use crate::{Coin, Event, Update};

/// What is to be stored, and what became of the rest.
#[derive(Default)]
pub(super) struct Sorting {
    pub(super) updates: Vec<Accepted>,
    /// What each of these states, if that is delivered only once.
    pub(super) facts: Few<Option<Fact>>,
    /// What no handler could take.
    pub(super) dead: Vec<NewEvent>,
    pub(super) lanes: Few<Lane>,
    /// The handlers of these events.
    pub(super) found: Found,
    pub(super) report: Report,
}

impl Sorting {
    /// The place of a lane among those there are.
    fn place(&mut self, lane: Lane) -> usize {
        let known = self.lanes.iter().position(|known| *known == lane);
        known.unwrap_or_else(|| {
            self.lanes.push(lane);
            self.lanes.len() - 1
        })
    }

    fn begin(&mut self, inbox: &dyn Transient) {
        let Begun { first, repeated } = inbox.begin(&mut self.facts.iter().map(Option::as_ref));
        let (mut repeated, now) = (repeated.into_iter().peekable(), SystemTime::now());
        let (mut places, mut ids) = (0.., first.0..);
        self.updates.retain_mut(|accepted| {
            let is_repeated = places.next().and_then(|place| repeated.next_if_eq(&place)).is_some();
            if is_repeated {
                accepted.repeated();
                self.report.repeated.push(accepted.index);
            } else if let Some(id) = ids.next() {
                accepted.stored(EventId(id), now);
            }
            !is_repeated
        });
    }
}

impl Dispatcher {
    /// Reads the updates of a wallet that is listened to; all others are ignored, and that is the report.
    pub(crate) fn read(
        &self,
        source: &Source,
        body: &Arc<str>,
        parcel: Parcel<'_>,
    ) -> std::result::Result<(Coin, Together), Report> {
        let coin = self.whose(source, &parcel)?;
        let updates = Together::of(&coin, body, parcel);
        Ok((coin, updates))
    }

    /// The wallet that it is for, if that is listened to.
    pub(crate) fn whose(&self, source: &Source, parcel: &Parcel<'_>) -> std::result::Result<Coin, Report> {
        source.resolve(parcel).map_err(|unasked| {
            self.strangers.once(&unasked.to_string(), || tracing::warn!("ignored updates: {unasked}"));
            let reason = match unasked {
                Unasked::Wallet(_) => IgnoredReason::Wallet,
                Unasked::Currency(_) => IgnoredReason::Currency,
                Unasked::NoCurrency => IgnoredReason::NoCurrency,
            };
            let mut report = Report::default();
            for index in 0..parcel.updates.len() {
                report.ignored.push(Ignored { index, reason });
            }
            report
        })
    }

    pub(super) fn sort(
        &self,
        source: &Source,
        coin: &Coin,
        updates: Few<Incoming>,
        total: usize,
        #[cfg(feature = "polling")] watching: &mut Watching<'_>,
    ) -> Sorting {
        let mut sorting = Sorting { updates: Vec::with_capacity(total), ..Sorting::default() };
        let (mut marker, mut ignored, mut wallets) = (None, None, None);
        let (whose, mut places) = (update::apart(coin), 0_usize..);
        for Incoming { updates: Together { came, parts }, marks, origin, life } in updates {
            let mut marks = marks.into_iter();
            // The parts end, and no place is taken for what is not there.
            for (part, index) in parts.into_iter().zip(places.by_ref()) {
                let mark = marks.next();
                let outline = match part {
                    Ok(outline) => outline,
                    Err((malformed, raw)) => {
                        self.sort_out(index, malformed, came.text(raw), origin, coin, &mut sorting);
                        continue;
                    }
                };
                let said = came.said(&outline);
                if sorting.found.handler(self, source, coin, said.event()).is_none() {
                    if ignored.replace(said.event()) != Some(said.event()) {
                        self.ignore(coin, said.event());
                    }
                    sorting.report.ignored.push(Ignored { index, reason: IgnoredReason::NoHandler });
                    continue;
                }
                #[cfg(feature = "polling")]
                if !watching.takes(said, coin.currency(), origin) {
                    sorting.report.repeated.push(index);
                    continue;
                }
                let apart = source.lane_apart(coin, said, self.policy.payments_apart);
                let fact = fact(coin, said, apart.as_ref(), life, || {
                    let made = || said.mark(marker.get_or_insert_with(|| Marker::new(&self.key)));
                    mark.unwrap_or_else(made).of(whose)
                });
                // Mostly all of them have the wallet's.
                let lane = match apart {
                    None => *wallets.get_or_insert_with(|| sorting.place(Lane::of(coin))),
                    Some(lane) => sorting.place(lane),
                };
                sorting.facts.push(fact);
                // Made where it stays: to be moved there it would wait until all of it is written.
                let accepted = || Accepted::new(index, lane, Update::new(&came, outline), origin);
                sorting.updates.extend(once_with(accepted));
            }
        }
        if let Some(inbox) = self.inbox.transient().filter(|_| !sorting.updates.is_empty()) {
            // Nothing more is kept of them, so they are stored by that.
            sorting.begin(inbox);
        }
        sorting
    }

    /// Nobody has a use for it.
    fn ignore(&self, coin: &Coin, event: Event) {
        self.told.once(&format!("no handler for {event}"), || {
            tracing::info!(currency = %coin.currency(), "ignored updates of `{event}`: no handler is registered for it");
        });
    }

    /// An update that no handler could take.
    fn sort_out(
        &self,
        index: usize,
        malformed: Malformed,
        raw: &str,
        origin: Origin,
        coin: &Coin,
        sorting: &mut Sorting,
    ) {
        let (currency, wallet) = (coin.currency(), coin.wallet_shown());
        if let Malformed::UnknownEvent { name } = &malformed {
            self.told.once(name, || {
                tracing::warn!(%currency, wallet, event = %name, "ignored updates of an unknown event");
            });
            sorting.report.ignored.push(Ignored { index, reason: IgnoredReason::UnknownEvent });
        } else {
            tracing::warn!(%currency, wallet, update = excerpt(raw), "rejected: {malformed}; it is a dead letter now");
            let dead = Some(malformed.to_string());
            sorting.dead.push(NewEvent { dead, ..NewEvent::of(coin, Arc::<str>::from(raw), origin) });
            sorting.report.rejected.push(Rejected::malformed(index, malformed));
        }
    }
}

/// What the update states, if that is delivered only once.
fn fact(
    coin: &Coin,
    said: Said<'_>,
    apart: Option<&Lane>,
    life: Life,
    mark: impl FnOnce() -> Mark,
) -> Option<Fact> {
    if said.is::<event::NewBlock>() {
        // What is no height is rejected when the handler's arguments are read.
        let height = u64::from_field(said.field(0)).ok()?;
        Some(Fact::Height { of: chain(apart, coin), height })
    } else if said.is::<event::NewTransaction>() {
        Some(Fact::Transfer { mark: mark(), life })
    } else {
        None
    }
}

/// Whose heights they are.
fn chain(apart: Option<&Lane>, coin: &Coin) -> String {
    let currency = coin.currency();
    match (apart, coin.id()) {
        (None, Some(wallet)) => format!("{currency}/{}", wallet.hex()),
        _ => currency.code().to_owned(),
    }
}
