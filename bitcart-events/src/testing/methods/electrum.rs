//! The methods of the daemons on Electrum, of both generations.

use serde::Serialize;

use super::{Answer, missing, wallet_not_loaded};
use crate::testing::amount::{BITCOIN_DIGITS, NotAnAmount, Units};
use crate::testing::call::{Arguments, RpcError};
use crate::testing::config::Config;
use crate::testing::disk::Disk;
use crate::testing::json::{Object, python};
use crate::testing::memory::Memory;
use crate::testing::request::{DEFAULT_EXPIRATION, amount_text};
use crate::testing::transactions::Transaction;

/// Of 2020's a part (not measured); today's whole but for the fees, which are those of a chain that nobody
/// uses (measured, Bitcart `065c8421`, capture `btc_rpc`: getinfo).
pub(super) fn getinfo(config: &Config, disk: &Disk, memory: &Memory, arguments: Arguments) -> Answer {
    let [] = arguments.bind(&config.function("getinfo"), [])?;
    let height = disk.chain.height;
    if !config.is_today() {
        return Ok(Object::default()
            .with("network", "regtest")
            .with("blockchain_height", &height)
            .with("server_height", &height)
            .with("connected", &true)
            .with("version", "4.0.3")
            .text());
    }
    let fees = ["1008", "144", "25", "10", "5", "2"];
    let fees = fees.into_iter().fold(Object::default(), |fees, target| fees.with(target, &10_000));
    Ok(Object::default()
        .with("network", "regtest")
        .with("path", &format!("/data/{}/regtest", config.currency.code().to_lowercase()))
        .with("server", "127.0.0.1")
        .with("blockchain_height", &height)
        .with("server_height", &height)
        .with("spv_nodes", &1)
        .with("connected", &true)
        .with("auto_connect", &false)
        .with("version", "4.6.0b1")
        .with_text("fee_estimates", &fees.text())
        .with("synchronized", &true)
        .with("total_wallets", &memory.keys().count())
        .text())
}

/// (measured, Bitcart `edda6711`, capture `webhook_rpc`: load-wallet2; Bitcart `065c8421`, capture `btc_rpc`:
/// getbalance; the unconfirmed part not verified)
#[derive(Serialize)]
struct Balance {
    confirmed: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unconfirmed: Option<String>,
}

pub(super) fn getbalance(
    config: &Config,
    disk: &mut Disk,
    wallet: Option<&str>,
    arguments: Arguments,
) -> Answer {
    let key = wallet.ok_or_else(wallet_not_loaded)?;
    let [] = arguments.bind(&config.command("getbalance"), [])?;
    let (confirmed, unconfirmed) = disk.balance(key);
    let unconfirmed = (unconfirmed.0 > 0).then(|| unconfirmed.short(BITCOIN_DIGITS));
    Ok(python(&Balance { confirmed: confirmed.short(BITCOIN_DIGITS), unconfirmed }))
}

/// Today the third argument is `expiry`, and `expiration` is refused (measured, Bitcart `065c8421`, capture
/// `btc_rpc`: add_request, add_request-bad-kw).
pub(super) fn add_request(
    config: &Config,
    disk: &mut Disk,
    wallet: Option<&str>,
    arguments: Arguments,
) -> Answer {
    let key = wallet.ok_or_else(wallet_not_loaded)?;
    let lasts = if config.is_today() { "expiry" } else { "expiration" };
    let function = config.command("add_request");
    // `force` goes beyond the gap limit, which there is none of here (read in code, Electrum 4.6, and in the SDK of 2020).
    let [amount, memo, expiration, _force] = arguments.bind(&function, ["amount", "memo", lasts, "force"])?;
    let amount = amount_text(amount.ok_or_else(|| missing(&function, "amount"))?);
    let amount = Units::read(&amount, BITCOIN_DIGITS).map_err(|reason| match reason {
        // (measured, Bitcart `065c8421`, capture `eth_rpc`: add_request-negative, add_request-nan)
        NotAnAmount::OutOfBounds => RpcError::new(-32603, "Exception: Out of bounds amount"),
        NotAnAmount::Malformed | NotAnAmount::TooFine { .. } => {
            RpcError::new(-32603, "decimal.InvalidOperation: [<class 'decimal.ConversionSyntax'>]")
        }
    })?;
    let memo = memo.as_ref().and_then(|memo| memo.as_str()).unwrap_or_default().to_owned();
    let expiration = expiration.map_or(DEFAULT_EXPIRATION, |seconds| seconds.as_u64().unwrap_or_default());
    let request = disk.add_request(config, key, amount, memo, expiration).ok_or_else(wallet_not_loaded)?;
    view(config, disk, key, &request.id, false)
}

pub(super) fn get_request(
    config: &Config,
    disk: &mut Disk,
    wallet: Option<&str>,
    arguments: Arguments,
) -> Answer {
    let key = wallet.ok_or_else(wallet_not_loaded)?;
    let [id] = arguments.bind(&config.request_function(), ["key"])?;
    let id = id.ok_or_else(|| missing(&config.request_function(), "key"))?;
    view(config, disk, key, id.as_str().unwrap_or_default(), true)
}

/// Each as `add_request` shows it, oldest first: without the sum that was sent, which the daemon adds to `get_request` alone
/// (read in code at `005273f5`, and in Electrum).
pub(super) fn list_requests(
    config: &Config,
    disk: &mut Disk,
    wallet: Option<&str>,
    arguments: Arguments,
) -> Answer {
    let key = wallet.ok_or_else(wallet_not_loaded)?;
    // The filters are not needed here.
    let _ = arguments.bind(&config.command("list_requests"), ["pending", "expired", "paid"])?;
    let ids: Vec<String> = disk
        .wallets
        .get(key)
        .map_or_else(Vec::new, |file| file.requests.iter().map(|request| request.id.clone()).collect());
    let views: Result<Vec<String>, RpcError> =
        ids.iter().map(|id| view(config, disk, key, id, false)).collect();
    Ok(format!("[{}]", views?.join(", ")))
}

/// What the wallet has seen, in the order of the chain, and what waits behind it (read in code, Electrum 4.6; a part of its
/// fields).
pub(super) fn onchain_history(
    config: &Config,
    disk: &mut Disk,
    wallet: Option<&str>,
    arguments: Arguments,
) -> Answer {
    let key = wallet.ok_or_else(wallet_not_loaded)?;
    let [] = arguments.bind(&config.command("onchain_history"), [])?;
    let chain = &disk.chain;
    let mut seen: Vec<_> = chain.transactions.iter().filter(|one| one.seen && one.wallet == key).collect();
    // In its block it is as soon as that was verified.
    let height = |one: &Transaction| one.height.filter(|_| one.verified);
    seen.sort_by_key(|one| height(one).unwrap_or(u64::MAX));
    let item = |one: &Transaction| {
        Object::default()
            .with("txid", &one.hash)
            .with("height", &height(one).unwrap_or_default())
            .with("confirmations", &chain.confirmations(one))
            .with("timestamp", &one.mined.filter(|_| one.verified))
            .with("incoming", &true)
            .with("bc_value", &one.amount.short(BITCOIN_DIGITS))
            .text()
    };
    let items: Vec<String> = seen.into_iter().map(item).collect();
    Ok(format!(r#"{{"summary": {{}}, "transactions": [{}]}}"#, items.join(", ")))
}

/// Today only the id names a request, not its address (measured, Bitcart `065c8421`, capture `btc_rpc`:
/// get_request-paid, of the first and of the second run).
fn view(config: &Config, disk: &Disk, wallet: &str, id: &str, with_sent: bool) -> Answer {
    disk.paid(wallet, id)
        .filter(|paid| paid.request.id == id)
        .map(|paid| paid.view(config, with_sent))
        .ok_or_else(|| RpcError::new(-32003, "Exception: Request not found"))
}

/// Where the files of the loaded wallets would be (measured, Bitcart `065c8421`, capture `btc_rpc`:
/// list_wallets).
pub(super) fn list_wallets(config: &Config, memory: &Memory, arguments: Arguments) -> Answer {
    let [] = arguments.bind(&config.command("list_wallets"), [])?;
    let currency = config.currency.code().to_lowercase();
    let wallet = |key: &str| {
        Object::default()
            .with("path", &format!("/data/{currency}/regtest/wallets/{key}"))
            .with("synchronized", &true)
            .with("unlocked", &true)
            .text()
    };
    Ok(format!("[{}]", memory.keys().map(wallet).collect::<Vec<_>>().join(", ")))
}
