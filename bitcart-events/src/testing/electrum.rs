//! What the daemons on Electrum tell of the chain.

use super::blocks::Replay;
use super::config::Config;
use super::disk::Disk;
use super::event::{Event, Told};
use super::state::State;
use super::transactions::Transaction;

/// A transaction is in the mempool. A wallet that is not loaded takes no notice of it.
pub(super) fn seen(state: &mut State, config: &Config, place: usize) -> Vec<Told> {
    if is_loaded(state, place) { found(&mut state.disk, config, place) } else { Vec::new() }
}

/// So many blocks at once, of which today's daemon tells only the last (measured, Bitcart `065c8421`, capture
/// `btc_rpc`: get_updates-40-blocks). What waits is in the first of them.
pub(super) fn mined(state: &mut State, config: &Config, blocks: u64) -> Vec<Told> {
    let (first, now) = (state.disk.chain.height + 1, state.disk.chain.now());
    state.disk.chain.height += blocks;
    let mut told = vec![Told { wallet: None, event: Event::Block { height: state.disk.chain.height } }];
    for place in places(&state.disk, |transaction| transaction.height.is_none()) {
        if let Some(transaction) = state.disk.chain.transactions.get_mut(place) {
            (transaction.height, transaction.mined) = (Some(first), Some(now));
        }
        if is_loaded(state, place) {
            told.extend(verified(&mut state.disk, config, place));
        }
    }
    told
}

/// The last blocks are replaced by one more than they were, with the same transactions at the same heights.
/// Only the height that is new is told; then the payments lose their blocks, and find them again (measured,
/// Bitcart `065c8421`, capture `btc_ws`: ws2-xpub, one block with one payment).
pub(super) fn reorganised(state: &mut State, config: &Config, depth: u64) -> Vec<Told> {
    let stays = state.disk.chain.height.saturating_sub(depth);
    state.disk.chain.height += 1;
    let mut told = vec![Told { wallet: None, event: Event::Block { height: state.disk.chain.height } }];
    let is_replaced = |one: &Transaction| one.verified && one.height.is_some_and(|height| height > stays);
    let mut replaced = places(&state.disk, is_replaced);
    replaced.retain(|place| is_loaded(state, *place));
    let disk = &mut state.disk;
    for place in &replaced {
        if let Some(transaction) = disk.chain.transactions.get_mut(*place) {
            transaction.verified = false;
        }
    }
    if config.is_today() {
        told.extend(replaced.iter().filter_map(|place| payment(disk, config, *place)));
    }
    told.extend(replaced.into_iter().flat_map(|place| verified(disk, config, place)));
    told
}

/// A wallet is loaded, and finds what it had not seen: all its past if it is new, or what came while it was
/// not loaded (read in code, Electrum's `wallet.py`, in no certain version, and Bitcart `005273f5`; that
/// there is nothing if it has missed nothing was measured, Bitcart `065c8421`, capture `btc_rpc`:
/// get_updates-after-reload). What 2020's daemons do was not looked into: they find it without a word.
pub(super) fn loaded(disk: &mut Disk, config: &Config, key: &str) -> Replay {
    let mut now = Vec::new();
    for place in places(disk, |one| one.wallet == key && !one.seen) {
        now.extend(found(disk, config, place));
    }
    for place in places(disk, |one| one.wallet == key && one.height.is_some() && !one.verified) {
        now.extend(verified(disk, config, place));
    }
    if !config.is_today() {
        now.clear();
    }
    Replay { now, later: Vec::new() }
}

/// A transaction comes to a wallet: its payment before itself (measured, Bitcart `edda6711`, capture
/// `webhook_http`: hook-200; Bitcart `065c8421`, capture `btc_ws`: ws2-xpub).
fn found(disk: &mut Disk, config: &Config, place: usize) -> Vec<Told> {
    let Some(transaction) = disk.chain.transactions.get_mut(place) else { return Vec::new() };
    transaction.seen = true;
    let itself = Event::Transaction { tx: transaction.hash.clone(), transfer: None };
    let itself = itself.told(&transaction.wallet);
    payment(disk, config, place).into_iter().chain([itself]).collect()
}

/// A transaction is found in its block: today's daemon tells the payment, then the transaction, one after
/// another (measured, Bitcart `065c8421`, capture `btc_ws`: ws2-xpub, where the first of two leaves the
/// request unconfirmed). One that it had not seen before it tells as if it were still waiting (measured, the
/// same).
fn verified(disk: &mut Disk, config: &Config, place: usize) -> Vec<Told> {
    let mut told = Vec::new();
    if disk.chain.transactions.get(place).is_some_and(|transaction| !transaction.seen) {
        told.extend(found(disk, config, place));
    }
    let Some(transaction) = disk.chain.transactions.get_mut(place) else { return told };
    transaction.verified = true;
    let Some(height) = transaction.height.filter(|_| config.is_today()) else { return told };
    let itself = Event::Verified { tx: transaction.hash.clone(), height };
    let itself = itself.told(&transaction.wallet);
    told.extend(payment(disk, config, place));
    told.push(itself);
    told
}

/// The status of the request that a transaction is for, if it is for one.
fn payment(disk: &Disk, config: &Config, place: usize) -> Option<Told> {
    let transaction = disk.chain.transactions.get(place)?;
    let paid = disk.paid(&transaction.wallet, transaction.request.as_ref()?)?;
    Some(paid.event(config.version).told(&transaction.wallet))
}

fn places(disk: &Disk, is_meant: impl Fn(&Transaction) -> bool) -> Vec<usize> {
    let all = disk.chain.transactions.iter().enumerate();
    all.filter(|(_, transaction)| is_meant(transaction)).map(|(place, _)| place).collect()
}

/// Whether the wallet of a transaction is loaded.
fn is_loaded(state: &State, place: usize) -> bool {
    let wallet = state.disk.chain.transactions.get(place).map(|transaction| &transaction.wallet);
    let memory = state.memory.as_ref();
    memory.zip(wallet).is_some_and(|(memory, wallet)| memory.find(wallet).is_some())
}
