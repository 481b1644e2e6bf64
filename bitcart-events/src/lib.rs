//! WIP
extern crate self as bitcart_events;

#[cfg(feature = "client")]
mod client;
mod coin;
mod currency;
mod delivery;
mod dispatch;
mod error;
pub mod field;
mod handler;
mod intake;
mod listener;
mod manager;
mod names;
#[cfg(feature = "webhook")]
mod run;
pub mod schema;
#[cfg(feature = "client")]
mod settings;
mod shutdown;
mod source;
mod status;
#[cfg(feature = "testing")]
pub mod testing;
mod update;
mod updates;
mod wallet;

pub use bitcart_events_macros::on;
#[cfg(feature = "client")]
pub use client::{Daemon, DaemonError};
pub use coin::Coin;
pub use currency::{Currency, UnknownCurrency};
#[cfg(feature = "webhook")]
pub use delivery::webhook::{WebhookServer, WebhookSettings};
pub use dispatch::{Failed, Ignored, IgnoredReason, Rejected, RejectedReason, Report};
pub use error::{BoxError, Error, ErrorKind, Result};
pub use field::FieldError;
pub use handler::{EventNames, HandlerError, HandlerInfo, Handlers, State};
pub use listener::{Listener, ListenerBuilder};
pub use manager::{ApiManager, ApiManagerBuilder};
#[cfg(feature = "webhook")]
pub use run::run_webhook;
pub use rust_decimal::Decimal;
pub use schema::{Event, UnknownEvent, event};
#[cfg(feature = "client")]
pub use settings::Settings;
pub use status::PaymentStatus;
pub use update::{Payload, Update};
pub use updates::Updates;

/// What the macros' expansions name. Not for users: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use std::boxed::Box;
    pub use std::option::Option::{None, Some};
    pub use std::{concat, file, line, module_path, stringify};

    pub use bitcart_events_macros::on_checked;
    pub use inventory;

    pub use crate::field::{AmountField, IntField, ListField, StatusField, StrField};
    pub use crate::handler::{
        Call, EventArgument, Handle, HandlerFuture, InstanceArgument, IntoOutcome, Invocation, Outcome,
        Registered, Registration, StateArgument, StateNeed, Subscription,
    };
    pub use crate::{Currency, Payload};
}
