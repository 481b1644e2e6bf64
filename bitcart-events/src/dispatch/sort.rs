//! What becomes of updates before they are stored: read, ignored, rejected, or sorted into lanes.

use std::iter::once_with;
use std::sync::Arc;
use std::time::SystemTime;

use super::delivered::Incoming;
use super::few::Few;
use super::found::Found;
use super::{Accepted, Dispatcher, Ignored, IgnoredReason, Rejected, Report};
use crate::field::{IntField, excerpt};
use crate::inbox::{Begun, EventId, Fact, Life, NewEvent, Origin, Transient};
use crate::intake::{self, Parcel, Read};
#[cfg(feature = "polling")]
use crate::reconcile::Watching;
use crate::schema::event;
use crate::source::{Lane, Source, Unasked};
use crate::update::{Malformed, Marker};
use crate::{Coin, Update};

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
    ) -> std::result::Result<(Coin, impl Iterator<Item = Read> + use<>), Report> {
        let coin = self.whose(source, &parcel)?;
        let updates = intake::updates(&coin, Arc::clone(body), parcel.table, parcel.updates);
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
            let ignored = (0..parcel.updates.len()).map(|index| Ignored { index, reason }).collect();
            Report { ignored, ..Report::default() }
        })
    }

    pub(super) fn sort(
        &self,
        source: &Source,
        coin: &Coin,
        updates: Vec<Incoming>,
        #[cfg(feature = "polling")] watching: &mut Watching<'_>,
    ) -> Sorting {
        let mut sorting = Sorting { updates: Vec::with_capacity(updates.len()), ..Sorting::default() };
        let (mut marker, mut ignored, mut wallets) = (None, None, None);
        for (index, Incoming { update, origin, life }) in updates.into_iter().enumerate() {
            let update = match update {
                Ok(update) => update,
                Err((malformed, raw)) => {
                    self.sort_out(index, malformed, raw, origin, coin, &mut sorting);
                    continue;
                }
            };
            if sorting.found.handler(self, source, &update).is_none() {
                if ignored.replace(update.event()) != Some(update.event()) {
                    self.ignore(&update);
                }
                sorting.report.ignored.push(Ignored { index, reason: IgnoredReason::NoHandler });
                continue;
            }
            #[cfg(feature = "polling")]
            if !watching.takes(&update, origin) {
                sorting.report.repeated.push(index);
                continue;
            }
            let apart = source.lane_apart(coin, update.said(), self.policy.payments_apart);
            let fact = fact(&update, apart.as_ref(), life, &mut marker, &self.key);
            // Mostly all of them have the wallet's.
            let lane = match apart {
                None => *wallets.get_or_insert_with(|| sorting.place(Lane::of(coin))),
                Some(lane) => sorting.place(lane),
            };
            sorting.facts.push(fact);
            // Made where it stays: to be moved there it would wait until all of it is written.
            sorting.updates.extend(once_with(|| Accepted::new(index, lane, update, origin)));
        }
        if let Some(inbox) = self.inbox.transient().filter(|_| !sorting.updates.is_empty()) {
            // Nothing more is kept of them, so they are stored by that.
            sorting.begin(inbox);
        }
        sorting
    }

    /// Nobody has a use for it.
    fn ignore(&self, update: &Update) {
        let event = update.event();
        self.told.once(&format!("no handler for {event}"), || {
            tracing::info!(currency = %update.currency(), "ignored updates of `{event}`: no handler is registered for it");
        });
    }

    /// An update that no handler could take.
    fn sort_out(
        &self,
        index: usize,
        malformed: Malformed,
        raw: String,
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
            tracing::warn!(%currency, wallet, update = excerpt(&raw), "rejected: {malformed}; it is a dead letter now");
            let dead = Some(malformed.to_string());
            sorting.dead.push(NewEvent { dead, ..NewEvent::of(coin, Arc::<str>::from(raw), origin) });
            sorting.report.rejected.push(Rejected::malformed(index, malformed));
        }
    }
}

/// What the update states, if that is delivered only once.
fn fact(
    update: &Update,
    apart: Option<&Lane>,
    life: Life,
    marker: &mut Option<Marker>,
    key: &[u8; 16],
) -> Option<Fact> {
    if update.is::<event::NewBlock>() {
        // What is no height is rejected when the handler's arguments are read.
        let height = u64::from_field(update.field(0)).ok()?;
        Some(Fact::Height { of: chain(apart, update.coin()), height })
    } else if update.is::<event::NewTransaction>() {
        let marker = marker.get_or_insert_with(|| Marker::of(key, update.coin()));
        Some(Fact::Transfer { mark: update.said().transfer(marker), life })
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
