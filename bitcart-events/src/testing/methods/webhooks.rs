//! The methods that only the daemons of 2020 have: for webhooks.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Answer, NULL, loaded, missing};
use crate::testing::call::{Arguments, RpcError, type_name};
use crate::testing::json::python;
use crate::testing::memory::Memory;

/// What `unsubscribe` without events takes for the names of all events: Electrum's, of which only one is
/// Bitcart's too. So the other two stay subscribed (measured, Bitcart `f39a98fe`, capture `webhook_rpc`:
/// unsub-get_updates).
const ELECTRUM_EVENTS: [&str; 3] = ["blockchain_updated", "new_transaction", "request_status"];

/// Sets the wallet's only URL, or none with null (measured, Bitcart `edda6711`, capture `webhook_rpc`:
/// configure_notifications, configure-null).
pub(super) fn configure_notifications(
    memory: &mut Memory,
    wallet: Option<&str>,
    arguments: Arguments,
) -> Answer {
    let [url] = arguments.bind("configure_notifications", ["notification_url"])?;
    let url = url.ok_or_else(|| missing("configure_notifications", "notification_url"))?;
    loaded(memory, wallet)?.url = match url {
        Value::Null => None,
        Value::String(text) => Some(text).filter(|text| !text.is_empty()),
        // Taken as it is: delivery will fail on it.
        other => Some(python(&other)),
    };
    Ok(NULL.to_owned())
}

/// Adds to what is subscribed (measured, Bitcart `f39a98fe`, capture `webhook_rpc`: sub-subscribe).
pub(super) fn subscribe(memory: &mut Memory, wallet: Option<&str>, arguments: Arguments) -> Answer {
    let [events] = arguments.bind("subscribe", ["events"])?;
    let events = names(&events.ok_or_else(|| missing("subscribe", "events"))?)?;
    loaded(memory, wallet)?.subscriptions.extend(events);
    Ok(NULL.to_owned())
}

/// Takes away from what is subscribed (measured, Bitcart `f39a98fe`, capture `webhook_rpc`:
/// sub-unsubscribe-one).
pub(super) fn unsubscribe(memory: &mut Memory, wallet: Option<&str>, arguments: Arguments) -> Answer {
    let [events] = arguments.bind("unsubscribe", ["events"])?;
    let gone = match events {
        None | Some(Value::Null) => ELECTRUM_EVENTS.map(str::to_owned).into(),
        Some(events) => names(&events)?,
    };
    loaded(memory, wallet)?.subscriptions.retain(|event| !gone.contains(event));
    Ok(NULL.to_owned())
}

/// What Python iterates over. A text is its letters, so it subscribes to nothing (measured, Bitcart
/// `f39a98fe`, capture `webhook_rpc`: sub-subscribe-string).
fn names(events: &Value) -> Result<BTreeSet<String>, RpcError> {
    match events {
        Value::Array(names) => Ok(names.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        Value::String(text) => Ok(text.chars().map(String::from).collect()),
        other => Err(RpcError::type_error(format!("'{}' object is not iterable", type_name(other)))),
    }
}
