//! The methods, as far as the daemon has them here.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::Config;
use super::amount::{NotAnAmount, Satoshis};
use super::disk::{DEFAULT_EXPIRATION, Disk, WalletFile};
use super::journal::Journal;
use super::json::python;
use super::memory::{LoadedWallet, Memory};
use super::rpc::{Arguments, Call, RpcError, type_name};

/// A result as JSON.
type Answer = Result<String, RpcError>;

/// What `unsubscribe` without events takes for the names of all events: Electrum's, of which only one is
/// Bitcart's too. So the other two stay subscribed (measured, Bitcart `f39a98fe`, capture `webhook_rpc`:
/// unsub-get_updates).
const ELECTRUM_EVENTS: [&str; 3] = ["blockchain_updated", "new_transaction", "request_status"];

const NULL: &str = "null";

/// Loads the wallet, finds the method, runs it: in this order, as the errors show it.
pub(super) fn execute(
    config: &Config,
    disk: &mut Disk,
    memory: &mut Memory,
    journal: &mut Journal,
    call: Call,
) -> Answer {
    let Call { method, wallet, arguments } = call;
    // Naming a wallet loads it, whatever the method (measured, Bitcart `edda6711`, capture `webhook_rpc`:
    // load-wallet2); a key that is none is refused (measured, Bitcart `065c8421`, capture `btc_rpc`:
    // get_updates-bad-wallet).
    if let Some(key) = &wallet
        && !memory.load(disk, key)
    {
        let message = "electrum.util.UserFacingException: Seed or key not recognized";
        return Err(RpcError::new(-32005, message));
    }
    let wallet = wallet.as_deref();
    match method.as_str() {
        "getinfo" => getinfo(disk, arguments?),
        "getbalance" => getbalance(disk, wallet, arguments?),
        "add_request" | "addrequest" => add_request(disk, wallet, arguments?),
        "get_request" | "getrequest" => get_request(disk, wallet, arguments?),
        "get_updates" => get_updates(memory, journal, wallet, arguments?),
        "configure_notifications" => configure_notifications(memory, wallet, arguments?),
        "subscribe" if config.version.has_subscribe() => subscribe(memory, wallet, arguments?),
        "unsubscribe" if config.version.has_subscribe() => unsubscribe(memory, wallet, arguments?),
        // (measured, Bitcart `edda6711`, capture `webhook_rpc`: subscribe-removed)
        _ => Err(RpcError::new(-32601, "Procedure not found")),
    }
}

/// A part of what the real one answers.
#[derive(Serialize)]
struct Info {
    network: &'static str,
    blockchain_height: u64,
    server_height: u64,
    connected: bool,
    version: &'static str,
}

fn getinfo(disk: &Disk, arguments: Arguments) -> Answer {
    let [] = arguments.bind("getinfo", [])?;
    Ok(python(&Info {
        network: "regtest",
        blockchain_height: disk.height(),
        server_height: disk.height(),
        connected: true,
        version: "4.0.3",
    }))
}

/// (measured, Bitcart `edda6711`, capture `webhook_rpc`: load-wallet2)
#[derive(Serialize)]
struct Balance {
    confirmed: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unconfirmed: Option<String>,
}

fn getbalance(disk: &mut Disk, wallet: Option<&str>, arguments: Arguments) -> Answer {
    let (_, file) = open(disk, wallet)?;
    let [] = arguments.bind("getbalance", [])?;
    let unconfirmed = (file.unconfirmed.0 > 0).then(|| file.unconfirmed.to_string());
    Ok(python(&Balance { confirmed: file.confirmed.to_string(), unconfirmed }))
}

fn add_request(disk: &mut Disk, wallet: Option<&str>, arguments: Arguments) -> Answer {
    let (key, file) = open(disk, wallet)?;
    // `force` goes beyond the gap limit (read in the SDK of 2020), which there is none of here.
    let [amount, memo, expiration, _force] =
        arguments.bind("add_request", ["amount", "memo", "expiration", "force"])?;
    let amount = match amount.ok_or_else(|| missing("add_request", "amount"))? {
        Value::String(text) => text,
        other => python(&other),
    };
    let amount: Satoshis = amount.parse().map_err(|reason| match reason {
        // (measured, Bitcart `065c8421`, capture `eth_rpc`: add_request-negative, add_request-nan)
        NotAnAmount::OutOfBounds => RpcError::new(-32603, "Exception: Out of bounds amount"),
        NotAnAmount::Malformed | NotAnAmount::TooFine => {
            RpcError::new(-32603, "decimal.InvalidOperation: [<class 'decimal.ConversionSyntax'>]")
        }
    })?;
    let memo = memo.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
    let expiration = expiration.map_or(DEFAULT_EXPIRATION, |seconds| seconds.as_u64().unwrap_or_default());
    Ok(python(&file.add_request(key, amount, memo, expiration).view()))
}

fn get_request(disk: &mut Disk, wallet: Option<&str>, arguments: Arguments) -> Answer {
    let (_, file) = open(disk, wallet)?;
    let [key] = arguments.bind("getrequest", ["key"])?;
    let key = key.ok_or_else(|| missing("getrequest", "key"))?;
    // (measured, Bitcart `065c8421`, capture `btc_rpc`: get_request-paid)
    let request = key.as_str().and_then(|address| file.request(address));
    request
        .map(|request| python(&request.view()))
        .ok_or_else(|| RpcError::new(-32003, "Exception: Request not found"))
}

/// Hands out what is queued, once: a second call finds nothing (measured, Bitcart `065c8421`, capture
/// `eth_rpc`: get_updates-again). Without a wallet the error is the current daemon's, 2020's was not measured
/// (measured, Bitcart `065c8421`, capture `btc_rpc`: get_updates-no-wallet).
fn get_updates(
    memory: &mut Memory,
    journal: &mut Journal,
    wallet: Option<&str>,
    arguments: Arguments,
) -> Answer {
    let key = wallet.ok_or_else(wallet_not_loaded)?;
    let [] = arguments.bind("get_updates", [])?;
    let updates = loaded(memory, wallet)?.drain();
    *journal.drained.entry(key.to_owned()).or_default() += updates.len();
    Ok(format!("[{}]", updates.join(", ")))
}

/// Sets the wallet's only URL, or none with null (measured, Bitcart `edda6711`, capture `webhook_rpc`:
/// configure_notifications, configure-null).
fn configure_notifications(memory: &mut Memory, wallet: Option<&str>, arguments: Arguments) -> Answer {
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
fn subscribe(memory: &mut Memory, wallet: Option<&str>, arguments: Arguments) -> Answer {
    let [events] = arguments.bind("subscribe", ["events"])?;
    let events = names(&events.ok_or_else(|| missing("subscribe", "events"))?)?;
    loaded(memory, wallet)?.subscriptions.extend(events);
    Ok(NULL.to_owned())
}

/// Takes away from what is subscribed (measured, Bitcart `f39a98fe`, capture `webhook_rpc`:
/// sub-unsubscribe-one).
fn unsubscribe(memory: &mut Memory, wallet: Option<&str>, arguments: Arguments) -> Answer {
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

/// The loaded wallet. Methods that look for it without asking whether there is one fail like this (measured,
/// Bitcart `edda6711`, capture `webhook_rpc`: configure-no-wallet).
fn loaded<'a>(memory: &'a mut Memory, wallet: Option<&str>) -> Result<&'a mut LoadedWallet, RpcError> {
    wallet.and_then(|key| memory.find_mut(key)).ok_or_else(|| RpcError::new(-32603, "KeyError: None"))
}

fn open<'a, 'k>(
    disk: &'a mut Disk,
    wallet: Option<&'k str>,
) -> Result<(&'k str, &'a mut WalletFile), RpcError> {
    wallet.and_then(|key| Some((key, disk.wallet(key)?))).ok_or_else(wallet_not_loaded)
}

fn wallet_not_loaded() -> RpcError {
    RpcError::new(-32000, "Wallet not loaded")
}

fn missing(function: &str, argument: &str) -> RpcError {
    RpcError::type_error(format!("{function}() missing 1 required positional argument: '{argument}'"))
}
