//! The methods of the daemons that are not on Electrum.

use serde_json::Value;

use super::{Answer, missing, wallet_not_loaded};
use crate::Currency;
use crate::testing::account::{Account, is_address};
use crate::testing::amount::{NotAnAmount, Units};
use crate::testing::call::{Arguments, RpcError};
use crate::testing::config::Config;
use crate::testing::disk::Disk;
use crate::testing::family::Family;
use crate::testing::invoice::Invoice;
use crate::testing::json::{Object, python};
use crate::testing::memory::Memory;
use crate::testing::request::{DEFAULT_EXPIRATION, amount_text};

/// (measured, Bitcart `065c8421`, capture `eth_rpc`: string-id-no-params)
const VERSION: &str = "4.5.0";

/// Only those of Ethereum's kind can look into transactions, and here they do not (measured, Bitcart
/// `065c8421`, capture `eth_rpc`: getinfo; for TRX and XMR read in code at `01571e72`).
pub(super) fn getinfo(config: &Config, disk: &Disk, memory: &Memory, arguments: Arguments) -> Answer {
    let [] = arguments.bind(&config.function("getinfo"), [])?;
    let looks_inside = !matches!(config.currency, Currency::Trx | Currency::Xmr);
    Ok(Object::default()
        .with("blockchain_height", &disk.processed)
        .with("connected", &true)
        .with("gas_price", &2_000_000_000_u64)
        .with("path", &format!("/data/{}/regtest", config.currency.code().to_lowercase()))
        .with("server", "http://127.0.0.1:8545")
        .with("server_height", &disk.chain.height)
        .with("spv_nodes", &0)
        .with("synchronized", &true)
        .with("total_wallets", &memory.keys().count())
        .with("version", VERSION)
        .with_some("trace_enabled", looks_inside.then_some(false))
        .text())
}

pub(super) fn version(config: &Config, arguments: Arguments) -> Answer {
    let [] = arguments.bind(&config.function("version"), [])?;
    Ok(python(VERSION))
}

/// What is in blocks; of Monero nothing is known (read in code at `006a7b89`).
pub(super) fn getbalance(
    config: &Config,
    disk: &Disk,
    account: Option<&Account>,
    arguments: Arguments,
) -> Answer {
    let account = account.ok_or_else(wallet_not_loaded)?;
    let [] = arguments.bind(&config.function("getbalance"), [])?;
    let (confirmed, _) = match config.family() {
        Family::Monero => Default::default(),
        _ => disk.balance(&account.key()),
    };
    Ok(Object::default().with("confirmed", &confirmed.fixed(config.digits_of(account))).text())
}

pub(super) fn add_request(
    config: &Config,
    disk: &mut Disk,
    account: Option<&Account>,
    arguments: Arguments,
) -> Answer {
    let account = account.ok_or_else(wallet_not_loaded)?;
    let function = config.function("add_request");
    let [amount, memo, expiration, _force] =
        arguments.bind(&function, ["amount", "memo", "expiration", "force"])?;
    let amount = amount.ok_or_else(|| missing(&function, "amount"))?;
    let amount = read(&amount, config.digits_of(account))?;
    let memo = memo.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
    let expiration = expiration.map_or(DEFAULT_EXPIRATION, |seconds| seconds.as_u64().unwrap_or_default());
    disk.add_invoice(config, account, amount, memo, expiration).ok_or_else(wallet_not_loaded)?;
    let file = disk.wallets.get(&account.key());
    let added = file.and_then(|file| file.invoices.last()).ok_or_else(wallet_not_loaded)?;
    Ok(added.view(config, &disk.chain))
}

/// The amount, and how it is shown. A float is what it is in binary: it is shown rounded and counted cut off
/// (measured, Bitcart `065c8421`, capture `eth_rpc`: add_request-float).
fn read(amount: &Value, digits: usize) -> Result<(Units, String), RpcError> {
    let invalid = || RpcError::new(-32603, "decimal.InvalidOperation: [<class 'decimal.ConversionSyntax'>]");
    let float = amount.as_f64().filter(|_| amount.is_f64());
    // More places than any float has behind its point in amounts that make sense.
    let text = float.map_or_else(|| amount_text(amount.clone()), |float| format!("{float:.60}"));
    let text = match text.split_once('.') {
        Some((whole, fraction)) => {
            let fraction: String = fraction.chars().take(digits).collect();
            if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
        }
        None => text,
    };
    let units = match (text.strip_prefix('-'), Units::read(text.trim_start_matches('-'), digits)) {
        (None, Ok(units)) => units,
        // (measured, Bitcart `065c8421`, capture `eth_rpc`: add_request-negative)
        (Some(_), Ok(_)) => return Err(RpcError::new(-32603, "Exception: Out of bounds amount")),
        // Nothing may be asked for, which is then no more than nothing (read in code at `01571e72`).
        (_, Err(NotAnAmount::OutOfBounds)) => Units::default(),
        // (measured, Bitcart `065c8421`, capture `eth_rpc`: add_request-nan)
        _ => return Err(invalid()),
    };
    let shown = float.map_or_else(|| units.fixed(digits), |float| format!("{float:.digits$}"));
    Ok((units, shown))
}

/// A request that is not there has no error of its own (measured, Bitcart `065c8421`, capture `eth_rpc`:
/// getrequest-missing).
pub(super) fn getrequest(
    config: &Config,
    disk: &mut Disk,
    account: Option<&Account>,
    arguments: Arguments,
) -> Answer {
    let key = account.ok_or_else(wallet_not_loaded)?.key();
    let [id] = arguments.bind(&config.function("getrequest"), ["key"])?;
    let id = id.ok_or_else(|| missing(&config.function("getrequest"), "key"))?;
    let Disk { chain, wallets, .. } = disk;
    let invoice = wallets.get_mut(&key).and_then(|file| file.invoice_mut(id.as_str().unwrap_or_default()));
    let invoice = invoice.ok_or_else(|| RpcError::new(-32603, "Exception: Request not found"))?;
    invoice.expire(chain);
    Ok(invoice.view(config, chain))
}

/// All of them; the filters of the real one fail (read in code at `01571e72`).
pub(super) fn list_requests(
    config: &Config,
    disk: &mut Disk,
    account: Option<&Account>,
    arguments: Arguments,
) -> Answer {
    let key = account.ok_or_else(wallet_not_loaded)?.key();
    let [] = arguments.bind(&config.function("list_requests"), [])?;
    let Disk { chain, wallets, .. } = disk;
    let invoices = wallets.get_mut(&key).map_or(&mut [][..], |file| &mut file.invoices);
    let view = |invoice: &mut Invoice| {
        invoice.expire(chain);
        invoice.view(config, chain)
    };
    Ok(format!("[{}]", invoices.iter_mut().map(view).collect::<Vec<_>>().join(", ")))
}

/// Says who will pay; false if that is no address, or there is no such request (measured, Bitcart `065c8421`,
/// capture `eth_rpc`: setrequestaddress, setrequestaddress-invalid; for the latter, and for XMR, read in
/// code).
pub(super) fn setrequestaddress(
    config: &Config,
    disk: &mut Disk,
    account: Option<&Account>,
    arguments: Arguments,
) -> Answer {
    let key = account.ok_or_else(wallet_not_loaded)?.key();
    let function = config.function("setrequestaddress");
    let [id, address] = arguments.bind(&function, ["key", "address"])?;
    let id = id.ok_or_else(|| missing(&function, "key"))?;
    let address = address.ok_or_else(|| missing(&function, "address"))?;
    let (id, address) = (id.as_str().unwrap_or_default(), address.as_str().unwrap_or_default());
    Ok(set_payer(config, disk, &key, id, address).to_string())
}

/// Sets who will pay a request; false if it cannot be.
pub(in crate::testing) fn set_payer(
    config: &Config,
    disk: &mut Disk,
    key: &str,
    id: &str,
    payer: &str,
) -> bool {
    let invoice = disk.wallets.get_mut(key).and_then(|file| file.invoice_mut(id));
    let takes = config.family() == Family::Blocks && is_address(payer, config);
    match invoice.filter(|_| takes) {
        Some(invoice) => {
            invoice.payer = Some(payer.to_owned());
            true
        }
        None => false,
    }
}

pub(super) fn validateaddress(config: &Config, arguments: Arguments) -> Answer {
    let function = config.function("validateaddress");
    let [address] = arguments.bind(&function, ["address"])?;
    let address = address.ok_or_else(|| missing(&function, "address"))?;
    Ok(is_address(address.as_str().unwrap_or_default(), config).to_string())
}

/// A wallet here is known by its address, so that it has no seed (measured, Bitcart `065c8421`, capture
/// `eth_rpc`: getseed).
pub(super) fn getseed(account: Option<&Account>) -> Answer {
    account.ok_or_else(wallet_not_loaded)?;
    Err(RpcError::new(-32007, "Exception: This wallet has no seed words"))
}

/// (measured, Bitcart `065c8421`, capture `eth_rpc`: history-notimpl)
pub(super) fn history() -> Answer {
    let message = "NotImplementedError: We don't access transaction history to remain lightweight";
    Err(RpcError::new(-32602, message))
}

/// (read in code at `01571e72`)
pub(super) fn list_wallets(config: &Config, memory: &Memory, arguments: Arguments) -> Answer {
    let [] = arguments.bind(&config.function("list_wallets"), [])?;
    let currency = config.currency.code().to_lowercase();
    let path = |key: &str| format!("/data/{currency}/regtest/wallets/{key}");
    let wallet = |key: &str| Object::default().with("path", &path(key)).with("synchronized", &true).text();
    Ok(format!("[{}]", memory.keys().map(wallet).collect::<Vec<_>>().join(", ")))
}

/// From which block to which (measured, Bitcart `065c8421`, capture `eth_rpc`: rescan_blocks).
pub(super) fn rescan_blocks(config: &Config, arguments: Arguments) -> Result<(u64, u64), RpcError> {
    let function = config.function("rescan_blocks");
    let bounds = arguments.bind(&function, ["start_block", "end_block"])?;
    match bounds.map(|bound| bound.and_then(|bound| bound.as_u64())) {
        [Some(first), Some(last)] => Ok((first, last)),
        _ => Err(missing(&function, "start_block")),
    }
}
