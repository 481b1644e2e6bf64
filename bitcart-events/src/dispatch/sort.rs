//! What becomes of updates before a handler sees them: read, ignored, rejected, repeated, or sorted into lanes.

use std::ops::Range;
use std::sync::Arc;

use super::facts::{Life, Repeated};
use super::{Accepted, Dispatcher, Ignored, IgnoredReason, Read, Rejected, Report, lock};
use crate::field::excerpt;
use crate::intake::Parcel;
use crate::source::{Lane, Source, Unasked};
use crate::update::Malformed;
use crate::{Coin, Update};

impl Dispatcher {
    /// Reads the updates of a wallet that is listened to; all others are ignored, and that is the report.
    pub(crate) fn read(
        &self,
        source: &Source,
        body: &Arc<str>,
        parcel: &Parcel,
    ) -> std::result::Result<(Coin, Vec<Read>), Report> {
        let coin = source.resolve(parcel).map_err(|unasked| {
            self.strangers.once(&unasked.to_string(), || tracing::warn!("ignored updates: {unasked}"));
            let reason = match unasked {
                Unasked::Wallet(_) => IgnoredReason::Wallet,
                Unasked::Currency(_) => IgnoredReason::Currency,
                Unasked::NoCurrency => IgnoredReason::NoCurrency,
            };
            let ignored = (0..parcel.updates.len()).map(|index| Ignored { index, reason }).collect();
            Report { ignored, ..Report::default() }
        })?;
        let read = |raw: &Range<usize>| {
            let text = |malformed| (malformed, body.get(raw.clone()).unwrap_or_default().to_owned());
            Update::parse(body, raw.clone(), &coin).map_err(text)
        };
        let updates = parcel.updates.iter().map(read).collect();
        Ok((coin, updates))
    }

    /// The updates that are to be handled, by lane; what became of the others goes to the report.
    pub(super) fn sort(
        &self,
        source: &Source,
        coin: &Coin,
        updates: Vec<Read>,
        life: Life,
        report: &mut Report,
    ) -> Vec<(Lane, Vec<Accepted>)> {
        let mut facts = lock(&self.facts);
        let mut jobs: Vec<(Lane, Vec<Accepted>)> = Vec::new();
        for (index, update) in updates.into_iter().enumerate() {
            let update = match update {
                Ok(update) => update,
                Err((malformed, raw)) => {
                    self.sort_out(index, malformed, &raw, coin, report);
                    continue;
                }
            };
            let lane = source.lane(&update);
            match facts.claim(&update, &lane, life) {
                Ok(fact) => {
                    let accepted = Accepted { index, update, fact };
                    match jobs.iter_mut().find(|(known, _)| *known == lane) {
                        Some((_, updates)) => updates.push(accepted),
                        None => jobs.push((lane, vec![accepted])),
                    }
                }
                Err(Repeated) => {
                    tracing::debug!(currency = %coin.currency(), update = excerpt(update.raw()), "delivered before");
                    report.repeated.push(index);
                }
            }
        }
        jobs
    }

    /// An update that no handler could take.
    fn sort_out(&self, index: usize, malformed: Malformed, raw: &str, coin: &Coin, report: &mut Report) {
        let (currency, wallet) = (coin.currency(), coin.wallet_shown());
        if let Malformed::UnknownEvent { name } = &malformed {
            self.told.once(name, || {
                tracing::warn!(%currency, wallet, event = %name, "ignored updates of an unknown event");
            });
            report.ignored.push(Ignored { index, reason: IgnoredReason::UnknownEvent });
        } else {
            tracing::warn!(%currency, wallet, update = excerpt(raw), "rejected: {malformed}");
            report.rejected.push(Rejected::malformed(index, malformed));
        }
    }
}
