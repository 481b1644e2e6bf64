//! The methods, as far as the daemon has them here.

mod blocks;
mod electrum;
mod webhooks;

use super::account::Account;
use super::blocks::{Replay, rescanned};
use super::call::{Arguments, Call, RpcError};
use super::chain;
use super::config::Config;
use super::disk::Disk;
use super::event::Told;
use super::family::Family;
use super::journal::{Drained, Journal};
use super::memory::{LoadedWallet, Memory};
use super::state::State;

pub(super) use blocks::set_payer;

/// A result as JSON.
type Answer = Result<String, RpcError>;

const NULL: &str = "null";

/// Answers that need no wallet, so that a key which is not recognised does not matter (read in code at
/// `005273f5` and `01571e72`).
const WITHOUT_WALLET: [&str; 7] =
    ["getinfo", "version", "close_wallet", "list_wallets", "validateaddress", "rescan_blocks", "history"];

/// What comes of a call: its answer, and what it makes the daemon tell.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) answer: Answer,
    pub(super) told: Vec<Told>,
}

/// Naming a wallet loads it, whatever the method (measured, Bitcart `edda6711`, capture `webhook_rpc`:
/// load-wallet2); a key that is none is refused (measured, Bitcart `065c8421`, captures `btc_rpc`, `eth_rpc`:
/// get_updates-bad-wallet).
pub(super) fn load(state: &mut State, config: &Config, call: &Call) -> Result<Replay, RpcError> {
    let State { disk, memory, .. } = state;
    let (Some(account), Some(memory)) = (&call.account, memory) else { return Ok(Replay::default()) };
    if account.contract.is_some() && account.is_recognised(config) && config.token(account).is_none() {
        // (number and text are in the captured spec; where they come from is not verified)
        return Err(RpcError::new(-32009, "Exception: Invalid contract address or non-ERC20 token"));
    }
    match chain::load(disk, memory, config, account) {
        Some(replay) => Ok(replay),
        None if config.is_today() && WITHOUT_WALLET.contains(&call.method.as_str()) => Ok(Replay::default()),
        None if config.family() == Family::Electrum => {
            Err(RpcError::new(-32005, "electrum.util.UserFacingException: Seed or key not recognized"))
        }
        None => Err(RpcError::new(-32005, "Exception: Invalid key provided")),
    }
}

/// Finds the method, and runs it: in this order, as the errors show it.
pub(super) fn execute(
    config: &Config,
    disk: &mut Disk,
    memory: &mut Memory,
    journal: &mut Journal,
    call: Call,
) -> Done {
    let mut told = Vec::new();
    let answer = match config.family() {
        Family::Electrum => on_electrum(config, disk, memory, journal, call),
        Family::Blocks | Family::Monero => on_blocks(config, disk, memory, journal, call, &mut told),
    };
    Done { answer, told }
}

fn on_electrum(
    config: &Config,
    disk: &mut Disk,
    memory: &mut Memory,
    journal: &mut Journal,
    call: Call,
) -> Answer {
    let Call { method, account, arguments } = call;
    let wallet = account.as_ref().map(|account| account.xpub.as_str());
    let today = config.is_today();
    match method.as_str() {
        "getinfo" => electrum::getinfo(config, disk, memory, arguments?),
        "getbalance" => electrum::getbalance(config, disk, wallet, arguments?),
        "add_request" | "addrequest" => electrum::add_request(config, disk, wallet, arguments?),
        "get_request" | "getrequest" => electrum::get_request(config, disk, wallet, arguments?),
        "list_requests" => electrum::list_requests(config, disk, wallet, arguments?),
        "onchain_history" => electrum::onchain_history(config, disk, wallet, arguments?),
        "get_updates" => get_updates(config, disk, memory, journal, wallet, arguments?),
        "close_wallet" if today => close_wallet(config, memory, wallet, arguments?),
        "list_wallets" if today => electrum::list_wallets(config, memory, arguments?),
        // (measured, Bitcart `065c8421`, capture `btc_rpc`: nosuchmethod, for a name that is known nowhere)
        _ if today => Err(procedure_not_found()),
        "configure_notifications" => webhooks::configure_notifications(memory, wallet, arguments?),
        "subscribe" if config.version.has_subscribe() => webhooks::subscribe(memory, wallet, arguments?),
        "unsubscribe" if config.version.has_subscribe() => webhooks::unsubscribe(memory, wallet, arguments?),
        // (measured, Bitcart `edda6711`, capture `webhook_rpc`: subscribe-removed)
        _ => Err(procedure_not_found()),
    }
}

fn on_blocks(
    config: &Config,
    disk: &mut Disk,
    memory: &mut Memory,
    journal: &mut Journal,
    call: Call,
    told: &mut Vec<Told>,
) -> Answer {
    let Call { method, account, arguments } = call;
    let key = account.as_ref().map(Account::key);
    let (account, key) = (account.as_ref(), key.as_deref());
    match method.as_str() {
        "getinfo" => blocks::getinfo(config, disk, memory, arguments?),
        "version" => blocks::version(config, arguments?),
        "getbalance" => blocks::getbalance(config, disk, account, arguments?),
        "add_request" | "add_invoice" => blocks::add_request(config, disk, account, arguments?),
        "getrequest" | "get_request" | "get_invoice" => blocks::getrequest(config, disk, account, arguments?),
        "list_requests" => blocks::list_requests(config, disk, account, arguments?),
        "setrequestaddress" => blocks::setrequestaddress(config, disk, account, arguments?),
        "validateaddress" => blocks::validateaddress(config, arguments?),
        "get_updates" => get_updates(config, disk, memory, journal, key, arguments?),
        "close_wallet" => close_wallet(config, memory, key, arguments?),
        "list_wallets" => blocks::list_wallets(config, memory, arguments?),
        "getseed" => blocks::getseed(account),
        "history" => blocks::history(),
        "rescan_blocks" => {
            let (first, last) = blocks::rescan_blocks(config, arguments?)?;
            *told = rescanned(disk, memory, config, first, last);
            Ok(true.to_string())
        }
        // (measured, Bitcart `065c8421`, capture `eth_rpc`: nosuchmethod)
        _ => Err(procedure_not_found()),
    }
}

fn procedure_not_found() -> RpcError {
    RpcError::new(-32601, "Procedure not found")
}

/// Hands out what is queued, once: a second call finds nothing (measured, Bitcart `065c8421`, capture
/// `eth_rpc`: get_updates-again). Without a wallet the error is the current daemon's, 2020's was not measured
/// (measured, Bitcart `065c8421`, capture `btc_rpc`: get_updates-no-wallet).
fn get_updates(
    config: &Config,
    disk: &Disk,
    memory: &mut Memory,
    journal: &mut Journal,
    wallet: Option<&str>,
    arguments: Arguments,
) -> Answer {
    let key = wallet.ok_or_else(wallet_not_loaded)?;
    let [] = arguments.bind(&config.function("get_updates"), [])?;
    let updates = loaded(memory, wallet)?.drain(disk);
    let answer = format!("[{}]", updates.join(", "));
    journal.drained.push(Drained { wallet: key.to_owned(), updates });
    Ok(answer)
}

/// True if there was one to close (measured, Bitcart `065c8421`, capture `btc_rpc`: close_wallet; that it may
/// be named by the argument, and the false, read in code at `005273f5`).
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
