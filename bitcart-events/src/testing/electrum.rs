//! What the daemons on Electrum tell of the chain.

use super::DaemonVersion;
use super::disk::Disk;
use super::event::{Event, Told};

/// A transaction in the mempool: its payment before itself (measured, Bitcart `edda6711`, capture
/// `webhook_http`: hook-200; Bitcart `065c8421`, capture `btc_ws`: ws2-xpub).
pub(super) fn seen(disk: &Disk, version: DaemonVersion, place: usize) -> Vec<Told> {
    let Some(transaction) = disk.chain.transactions.get(place) else { return Vec::new() };
    let itself = Event::Transaction { tx: transaction.hash.clone(), transfer: None };
    let events = [payment(disk, version, place), Some(itself.told(&transaction.wallet))];
    events.into_iter().flatten().collect()
}

/// The status of the request that a transaction is for, if it is for one.
fn payment(disk: &Disk, version: DaemonVersion, place: usize) -> Option<Told> {
    let transaction = disk.chain.transactions.get(place)?;
    let paid = disk.paid(&transaction.wallet, transaction.request.as_ref()?)?;
    Some(paid.event(version).told(&transaction.wallet))
}

/// So many blocks at once, of which today's daemon tells only the last (measured, Bitcart `065c8421`, capture
/// `btc_rpc`: get_updates-40-blocks). What waits is in the first of them.
pub(super) fn mined(disk: &mut Disk, version: DaemonVersion, blocks: u64) -> Vec<Told> {
    let first = disk.chain.height + 1;
    disk.chain.height += blocks;
    let mut told = vec![Told { wallet: None, event: Event::Block { height: disk.chain.height } }];
    for place in waiting(disk) {
        told.extend(verified(disk, version, place, first));
    }
    told
}

/// Places of the transactions that are in no block.
fn waiting(disk: &Disk) -> Vec<usize> {
    let places = disk.chain.transactions.iter().enumerate();
    places.filter(|(_, transaction)| transaction.height.is_none()).map(|(place, _)| place).collect()
}

/// A transaction is found in a block: today's daemon tells the payment, then the transaction, one after
/// another (measured, Bitcart `065c8421`, capture `btc_ws`: ws2-xpub, where the first of two leaves the
/// request unconfirmed). One that it had not seen before it tells as if it were still waiting (measured, the
/// same).
fn verified(disk: &mut Disk, version: DaemonVersion, place: usize, height: u64) -> Vec<Told> {
    let mut told = Vec::new();
    let Some(transaction) = disk.chain.transactions.get_mut(place) else { return told };
    let newly = !std::mem::replace(&mut transaction.seen, true);
    if newly {
        told.extend(seen(disk, version, place));
    }
    let Some(transaction) = disk.chain.transactions.get_mut(place) else { return told };
    transaction.height = Some(height);
    let itself = Event::Verified { tx: transaction.hash.clone(), height };
    let itself = itself.told(&transaction.wallet);
    if version == DaemonVersion::Current {
        told.extend(payment(disk, version, place));
        told.push(itself);
    }
    told
}

/// The last blocks are replaced by one more than they were, with the same transactions at the same heights.
/// Only the height that is new is told; then the payments lose their blocks, and find them again (measured,
/// Bitcart `065c8421`, capture `btc_ws`: ws2-xpub, one block with one payment).
pub(super) fn reorganised(disk: &mut Disk, version: DaemonVersion, depth: u64) -> Vec<Told> {
    let stays = disk.chain.height.saturating_sub(depth);
    disk.chain.height += 1;
    let mut told = vec![Told { wallet: None, event: Event::Block { height: disk.chain.height } }];
    let mut replaced = Vec::new();
    for (place, transaction) in disk.chain.transactions.iter_mut().enumerate() {
        if let Some(height) = transaction.height.take_if(|height| *height > stays) {
            replaced.push((place, height));
        }
    }
    if version == DaemonVersion::Current {
        told.extend(replaced.iter().filter_map(|(place, _)| payment(disk, version, *place)));
    }
    for (place, height) in replaced {
        told.extend(verified(disk, version, place, height));
    }
    told
}
