//! What becomes of updates before they are stored: read, ignored, rejected, or sorted into lanes.

use std::ops::Range;
use std::sync::Arc;

use super::accept::Incoming;
use super::{Dispatcher, Ignored, IgnoredReason, Read, Rejected, Report};
use crate::field::{IntField, excerpt};
use crate::inbox::{Fact, Life, NewEvent, Origin, Text};
use crate::intake::{Parcel, Part};
#[cfg(feature = "polling")]
use crate::reconcile::Watching;
use crate::schema::event;
use crate::source::{Lane, Source, Unasked};
use crate::update::{Came, Malformed};
use crate::{Coin, Event, Payload, Update};

/// What is to be stored, and what became of the rest.
pub(super) struct Sorting {
    /// What stands behind each of the events.
    pub(super) sorted: Vec<Sorted>,
    pub(super) events: Vec<NewEvent>,
    pub(super) report: Report,
}

pub(super) struct Sorted {
    /// Its place among the updates that it came with.
    pub(super) index: usize,
    /// Nothing for a dead letter.
    pub(super) live: Option<(Update, Lane)>,
}

impl Dispatcher {
    /// Reads the updates of a wallet that is listened to; all others are ignored, and that is the report.
    pub(crate) fn read(
        &self,
        source: &Source,
        body: &Arc<str>,
        parcel: Parcel<'_>,
    ) -> std::result::Result<(Coin, Vec<Read>), Report> {
        let coin = source.resolve(&parcel).map_err(|unasked| {
            self.strangers.once(&unasked.to_string(), || tracing::warn!("ignored updates: {unasked}"));
            let reason = match unasked {
                Unasked::Wallet(_) => IgnoredReason::Wallet,
                Unasked::Currency(_) => IgnoredReason::Currency,
                Unasked::NoCurrency => IgnoredReason::NoCurrency,
            };
            let ignored = (0..parcel.updates.len()).map(|index| Ignored { index, reason }).collect();
            Report { ignored, ..Report::default() }
        })?;
        let came = Came::new(coin.clone(), Arc::clone(body), parcel.table);
        let text = |raw: Range<usize>| body.get(raw).unwrap_or_default().to_owned();
        let read = |part: Part| match part {
            Ok(outline) => Ok(Update::new(&came, outline)),
            Err((malformed, raw)) => Err((malformed, text(raw))),
        };
        Ok((coin, parcel.updates.into_iter().map(read).collect()))
    }

    pub(super) fn sort(
        &self,
        source: &Source,
        coin: &Coin,
        updates: Vec<Incoming>,
        #[cfg(feature = "polling")] watching: &mut Watching<'_>,
    ) -> Sorting {
        let count = updates.len();
        let (sorted, events) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let mut sorting = Sorting { sorted, events, report: Report::default() };
        // Those of a wallet that came together are of few events: whether each has a handler is looked up once.
        let mut known: Vec<(Event, bool)> = Vec::new();
        for (index, Incoming { update, origin, life }) in updates.into_iter().enumerate() {
            let update = match update {
                Ok(update) => update,
                Err((malformed, raw)) => {
                    self.sort_out(index, malformed, raw, origin, coin, &mut sorting);
                    continue;
                }
            };
            let event = update.event();
            let is_known = known.iter().find(|(known, _)| *known == event).map(|(_, is_handled)| *is_handled);
            let is_handled = is_known.unwrap_or_else(|| {
                let is_handled = source.find(coin, event, &self.routes).is_some();
                known.push((event, is_handled));
                if !is_handled {
                    self.ignore(&update);
                }
                is_handled
            });
            if !is_handled {
                sorting.report.ignored.push(Ignored { index, reason: IgnoredReason::NoHandler });
                continue;
            }
            #[cfg(feature = "polling")]
            if !watching.takes(&update, origin) {
                sorting.report.repeated.push(index);
                continue;
            }
            let lane = source.lane(&update, self.policy.payments_apart);
            let fact = self.fact(&update, &lane, life);
            sorting.events.push(NewEvent { fact, ..event_of(coin, update.text(), origin) });
            sorting.sorted.push(Sorted { index, live: Some((update, lane)) });
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
            tracing::warn!(%currency, wallet, update = excerpt(&raw), "rejected: {malformed}");
            let dead = Some(malformed.to_string());
            sorting
                .events
                .push(NewEvent { dead, ..event_of(coin, Text::from(Arc::<str>::from(raw)), origin) });
            sorting.sorted.push(Sorted { index, live: None });
            sorting.report.rejected.push(Rejected::malformed(index, malformed));
        }
    }

    /// What the update states, if that is delivered only once.
    fn fact(&self, update: &Update, lane: &Lane, life: Life) -> Option<Fact> {
        let name = update.event().name();
        if name == event::NewBlock::SCHEMA.name {
            // What is no height is rejected when the handler's arguments are read.
            let height = u64::from_field(update.field(0)).ok()?;
            Some(Fact::Height { of: chain(lane, update.coin()), height })
        } else if name == event::NewTransaction::SCHEMA.name {
            Some(Fact::Transfer { mark: update.transfer(&self.key), life })
        } else {
            None
        }
    }
}

/// Whose heights they are.
fn chain(lane: &Lane, coin: &Coin) -> String {
    match lane {
        Lane::Wallet(currency, Some(wallet)) => format!("{currency}/{}", wallet.hex()),
        _ => coin.currency().code().to_owned(),
    }
}

pub(super) fn event_of(coin: &Coin, text: Text, origin: Origin) -> NewEvent {
    NewEvent { currency: coin.currency(), wallet: coin.id(), text, origin, fact: None, dead: None }
}
