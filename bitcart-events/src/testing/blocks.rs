//! What the daemons that are not built on Electrum tell of the chain.

use crate::Currency;

use super::Config;
use super::account::Account;
use super::disk::Disk;
use super::event::{Event, Told, Transfer};
use super::family::Family;
use super::memory::Memory;
use super::state::State;

/// How many blocks one task fetches; the tasks for a longer gap run side by side.
const CHUNK: u64 = 30;

/// What loading a wallet makes the daemon tell: before the call that loaded it, and after.
#[derive(Debug, Default)]
pub(super) struct Replay {
    pub(super) now: Vec<Told>,
    pub(super) later: Vec<Told>,
}

/// At most so many blocks are processed when the daemon was behind, and kept in memory; what is above that is
/// never told (read in code at `065c8421`).
fn most_blocks(currency: Currency) -> u64 {
    match currency {
        Currency::Matic => 450,
        Currency::Xmr => 100,
        _ => 300,
    }
}

/// The process has come up to the chain before it answers; nobody is there to be told.
pub(super) fn caught_up(disk: &mut Disk, config: &Config) -> u64 {
    let first = disk.processed + 1;
    disk.processed = disk.chain.height;
    first.max((disk.chain.height + 1).saturating_sub(most_blocks(config.currency)))
}

/// So many blocks at once, with all that waits in the first of them: the block, its transactions, and then
/// the payments (measured, Bitcart `065c8421`, captures `eth_ws`: ws-xpub-A, `bnb`: ws-xpub, `trx`: ws-xpub).
pub(super) fn mined(state: &mut State, config: &Config, blocks: u64) -> Vec<Told> {
    let (first, now) = (state.disk.chain.height + 1, state.disk.chain.now());
    let mut waiting = Vec::new();
    for (place, transaction) in state.disk.chain.transactions.iter_mut().enumerate() {
        if transaction.height.is_none() {
            (transaction.height, transaction.mined) = (Some(first), Some(now));
            transaction.seen = true;
            transaction.verified = true;
            waiting.push(place);
        }
    }
    state.disk.chain.height += blocks;
    let Some(memory) = &state.memory else { return Vec::new() };
    state.disk.processed = state.disk.chain.height;
    let mut told = Vec::new();
    for height in order(first, blocks.min(most_blocks(config.currency))) {
        told.push(Told { wallet: None, event: Event::Block { height } });
        if height == first {
            for place in &waiting {
                let (transaction, payment) = process(&mut state.disk, memory, config, *place);
                told.extend(transaction.into_iter().chain(payment));
            }
        }
    }
    told
}

/// What `rescan_blocks` tells again: the blocks (measured, Bitcart `065c8421`, capture `eth_rpc`:
/// get_updates-after-rescan), and what is in them (read in code at `065c8421`).
pub(super) fn rescanned(
    disk: &mut Disk,
    memory: &Memory,
    config: &Config,
    first: u64,
    last: u64,
) -> Vec<Told> {
    let mut told = Vec::new();
    for height in first..=last.min(disk.chain.height) {
        told.push(Told { wallet: None, event: Event::Block { height } });
        for place in 0..disk.chain.transactions.len() {
            if disk.chain.transactions.get(place).is_some_and(|one| one.height == Some(height)) {
                let (transaction, payment) = process(disk, memory, config, place);
                told.extend(transaction.into_iter().chain(payment));
            }
        }
    }
    told
}

/// The heights in the order they are told: after a gap longer than a task's share the tasks take turns. Those
/// of the real one do so irregularly (measured, Bitcart `065c8421`, capture `eth_rpc`:
/// get_updates-70-blocks).
fn order(first: u64, blocks: u64) -> impl Iterator<Item = u64> {
    let turns =
        (0..CHUNK).flat_map(move |place| (0..blocks.div_ceil(CHUNK)).map(move |task| task * CHUNK + place));
    turns.filter(move |offset| *offset < blocks).map(move |offset| first + offset)
}

/// Monero's alone look into the mempool, and tell of a transaction there and again in its block (read in code
/// at `006a7b89`).
pub(super) fn seen(state: &mut State, config: &Config, place: usize) -> Vec<Told> {
    let Some(memory) = state.memory.as_ref().filter(|_| config.family() == Family::Monero) else {
        return Vec::new();
    };
    let (transaction, payment) = process(&mut state.disk, memory, config, place);
    transaction.into_iter().chain(payment).collect()
}

/// A transaction to a loaded wallet, and the payment if it comes from whom a request waits for (measured,
/// Bitcart `065c8421`, capture `eth_rpc`: get_updates-after-payment, get_updates-pay-after-expiry). A wallet
/// that is not loaded takes no notice.
fn process(disk: &mut Disk, memory: &Memory, config: &Config, place: usize) -> (Option<Told>, Option<Told>) {
    let Disk { chain, wallets, .. } = disk;
    let Some(transaction) = chain.transactions.get(place) else { return (None, None) };
    let key = &transaction.wallet;
    let Some(file) = wallets.get_mut(key).filter(|_| memory.find(key).is_some()) else { return (None, None) };
    let account = Account::of_key(key, config);
    let transfer = (config.family() == Family::Blocks).then(|| Transfer {
        from_address: transaction.from.clone(),
        to: account.xpub.clone(),
        amount: transaction.amount.fixed(config.digits_of(&account)),
        contract: account.contract.clone(),
    });
    let itself = Event::Transaction { tx: transaction.hash.clone(), transfer }.told(key);
    let is_for = |invoice: &&mut super::invoice::Invoice| match config.family() {
        // Here the address is the request's own.
        Family::Monero => transaction.request.as_ref() == Some(&invoice.id),
        _ => invoice.waits_for(&transaction.from),
    };
    // A later request takes the payer over (read in code at `01571e72`).
    let payment = file
        .invoices
        .iter_mut()
        .rev()
        .find(is_for)
        .and_then(|invoice| Some(invoice.receive(transaction, config.family(), chain)?.told(key)));
    (Some(itself), payment)
}

/// A wallet that was there before goes through all blocks that the process still has, and so does every other
/// that is loaded: their transactions are told again (measured for the wallet itself, Bitcart `065c8421`,
/// captures `eth_rpc`: get_updates-after-restart, get_updates-after-reload, `eth_ws`: ws-wallet-reload; for
/// the others read in code at `01571e72`). Payments come of it as if they were new, a moment later (measured,
/// capture `eth_rpc`: get_updates-after-restart2).
pub(super) fn replay(disk: &mut Disk, memory: &Memory, config: &Config, key: &str) -> Replay {
    let first_start =
        disk.wallets.get_mut(key).is_some_and(|file| !std::mem::replace(&mut file.started, true));
    let mut replay = Replay::default();
    if first_start {
        return replay;
    }
    let is_kept = |height: Option<u64>| height.is_some_and(|height| height >= memory.kept_from);
    let places: Vec<usize> = (0..disk.chain.transactions.len())
        .filter(|place| disk.chain.transactions.get(*place).is_some_and(|one| is_kept(one.height)))
        .collect();
    for place in places {
        let (transaction, payment) = process(disk, memory, config, place);
        replay.now.extend(transaction);
        replay.later.extend(payment);
    }
    replay
}
