//! What the macros' expansions name. Not for users: it changes without notice.

pub use std::result::Result::Ok;
pub use std::{concat, module_path};

pub use bitcart_events_macros::{OnConfigured, events, on_checked};
pub use {inventory, serde_json};

pub use crate::handler::with_arguments::*;
pub use crate::handler::{
    Ask, Call, Caller, Invocation, Outcome, Registered, blocking, described, plain, read, retries,
};
// Under names of their own, or rustc would call a path to one unnecessary where a user has imported it.
pub use crate::field::{
    AmountField as ReadAmount, BoolField as ReadBool, IntField as ReadInt, JsonField as ReadJson,
    ListField as ReadList, StatusField as ReadStatus, StrField as ReadStr,
};
pub use crate::handler::with_arguments::async_handlers::*;
pub use crate::handler::{
    DeliveryArgument as ReadDelivery, EventArgument as ReadEvent, InboxTxArgument as ReadInboxTx,
    InstanceArgument as ReadInstance, IntoOutcome as Report, StateArgument as ReadState,
};
pub use crate::schema::RegisteredSchema;
pub use crate::{Currency, Handle, Payload, async_handler, unread};
