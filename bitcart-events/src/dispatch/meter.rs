//! What operators count, through the `metrics` facade (feature `metrics`). [`inbox`](crate::inbox) documents the names.

use std::time::SystemTime;

use crate::Coin;
use crate::inbox::{InboxStats, Origin};
#[cfg(feature = "metrics")]
use crate::told::quietly;

pub(super) const ACCEPTED: &str = "bitcart_events_accepted_total";
pub(super) const REPEATED: &str = "bitcart_events_repeated_total";
pub(super) const HANDLED: &str = "bitcart_events_handled_total";
pub(super) const RETRIED: &str = "bitcart_events_retried_total";
pub(super) const DIED: &str = "bitcart_events_died_total";

/// The coin is asked only where somebody counts.
pub(super) fn count(what: &'static str, coin: &Coin, origin: Origin) {
    #[cfg(feature = "metrics")]
    quietly(|| {
        let origin = format!("{origin:?}").to_lowercase();
        metrics::counter!(what, "currency" => coin.currency().code(), "origin" => origin).increment(1);
    });
    #[cfg(not(feature = "metrics"))]
    let _ = (what, coin, origin);
}

/// How long it took from the acceptance of an event to its end.
pub(super) fn lag(coin: &Coin, accepted: SystemTime) {
    #[cfg(feature = "metrics")]
    quietly(|| {
        metrics::histogram!("bitcart_events_lag_seconds", "currency" => coin.currency().code())
            .record(accepted.elapsed().unwrap_or_default());
    });
    #[cfg(not(feature = "metrics"))]
    let _ = (coin, accepted);
}

/// How much stands in the inbox.
#[cfg_attr(feature = "metrics", expect(clippy::cast_precision_loss, reason = "a gauge is a float"))]
pub(super) fn stands(stats: &InboxStats) {
    #[cfg(feature = "metrics")]
    quietly(|| {
        metrics::gauge!("bitcart_events_pending").set(stats.pending as f64);
        metrics::gauge!("bitcart_events_retrying").set(stats.retrying as f64);
        metrics::gauge!("bitcart_events_dead_letters").set(stats.dead as f64);
        metrics::gauge!("bitcart_events_oldest_seconds").set(stats.oldest.unwrap_or_default().as_secs_f64());
    });
    #[cfg(not(feature = "metrics"))]
    let _ = stats;
}
