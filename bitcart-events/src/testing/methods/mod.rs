//! The methods, as far as the daemon has them here.

mod electrum;
mod webhooks;

use super::disk::Disk;
use super::journal::Journal;
use super::memory::{LoadedWallet, Memory};
use super::rpc::{Arguments, Call, RpcError};
use super::{Config, DaemonVersion};

/// A result as JSON.
type Answer = Result<String, RpcError>;

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
    let today = config.version == DaemonVersion::Current;
    match method.as_str() {
        "getinfo" => electrum::getinfo(config, disk, memory, arguments?),
        "getbalance" => electrum::getbalance(config, disk, wallet, arguments?),
        "add_request" | "addrequest" => electrum::add_request(config, disk, wallet, arguments?),
        "get_request" | "getrequest" => electrum::get_request(config, disk, wallet, arguments?),
        "get_updates" => get_updates(config, memory, journal, wallet, arguments?),
        "close_wallet" if today => close_wallet(config, memory, wallet, arguments?),
        "list_wallets" if today => electrum::list_wallets(config, memory, arguments?),
        // (measured, Bitcart `065c8421`, capture `btc_rpc`: nosuchmethod, for a name that is known nowhere)
        _ if today => Err(RpcError::new(-32601, "Procedure not found")),
        "configure_notifications" => webhooks::configure_notifications(memory, wallet, arguments?),
        "subscribe" if config.version.has_subscribe() => webhooks::subscribe(memory, wallet, arguments?),
        "unsubscribe" if config.version.has_subscribe() => webhooks::unsubscribe(memory, wallet, arguments?),
        // (measured, Bitcart `edda6711`, capture `webhook_rpc`: subscribe-removed)
        _ => Err(RpcError::new(-32601, "Procedure not found")),
    }
}

/// Hands out what is queued, once: a second call finds nothing (measured, Bitcart `065c8421`, capture
/// `eth_rpc`: get_updates-again). Without a wallet the error is the current daemon's, 2020's was not measured
/// (measured, Bitcart `065c8421`, capture `btc_rpc`: get_updates-no-wallet).
fn get_updates(
    config: &Config,
    memory: &mut Memory,
    journal: &mut Journal,
    wallet: Option<&str>,
    arguments: Arguments,
) -> Answer {
    let key = wallet.ok_or_else(wallet_not_loaded)?;
    let [] = arguments.bind(&config.function("get_updates"), [])?;
    let updates = loaded(memory, wallet)?.drain();
    *journal.drained.entry(key.to_owned()).or_default() += updates.len();
    Ok(format!("[{}]", updates.join(", ")))
}

/// True if there was one to close (measured, Bitcart `065c8421`, capture `btc_rpc`: close_wallet; that it may be
/// named by the argument, and the false, read in code).
fn close_wallet(config: &Config, memory: &mut Memory, wallet: Option<&str>, arguments: Arguments) -> Answer {
    let [key] = arguments.bind(&config.function("close_wallet"), ["key"])?;
    let key = wallet.or_else(|| key.as_ref().and_then(|key| key.as_str()));
    Ok(key.is_some_and(|key| memory.close(key)).to_string())
}

/// The loaded wallet. Methods that look for it without asking whether there is one fail like this (measured,
/// Bitcart `edda6711`, capture `webhook_rpc`: configure-no-wallet).
fn loaded<'a>(memory: &'a mut Memory, wallet: Option<&str>) -> Result<&'a mut LoadedWallet, RpcError> {
    wallet.and_then(|key| memory.find_mut(key)).ok_or_else(|| RpcError::new(-32603, "KeyError: None"))
}

fn wallet_not_loaded() -> RpcError {
    RpcError::new(-32000, "Wallet not loaded")
}

fn missing(function: &str, argument: &str) -> RpcError {
    RpcError::type_error(format!("{function}() missing 1 required positional argument: '{argument}'"))
}
