//! What daemons drop, or forget before it was stored, is not to be had as events any more. So the state of payments,
//! transactions and blocks is compared with what events have said, and what is missing is delivered as the events that the
//! daemon would have sent, marked [reconciled](crate::inbox::Origin::Reconciled).
//!
//! `state` is what can be known of one thing, `known` all that is of a wallet, `observe` how an event changes it, `key` what all of
//! it is known by, `present` what a daemon answers; `compare` lays the two side by side, and `wallet` says when that is done and
//! what of it is believed, and `late` what has been delivered by that. None of these knows time or a socket but by its arguments. `watch` holds the wallets of one listener,
//! and what is known of them if no inbox keeps that. A delivery asks the daemons, in rounds.

mod compare;
mod key;
mod known;
mod late;
mod observe;
pub(crate) mod present;
mod settings;
mod state;
mod wallet;
mod watch;

pub(crate) use compare::{Change, Difference, What, compare};
pub(crate) use key::Keys;
pub(crate) use known::Known;
pub(crate) use late::Stored;
pub(crate) use observe::{has_history, prefix};
pub(crate) use settings::Timing;
pub(crate) use wallet::Round;
pub(crate) use watch::{Watch, Watching};

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
