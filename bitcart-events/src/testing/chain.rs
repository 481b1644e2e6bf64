//! What each family's daemon tells of what happens on the chain, and what it knows of it when it starts.

use super::account::Account;
use super::blocks::{self, Replay};
use super::disk::Disk;
use super::event::Told;
use super::family::Family;
use super::memory::Memory;
use super::state::State;
use super::{Config, electrum};

/// A transaction is in the mempool.
pub(super) fn seen(state: &mut State, config: &Config, place: usize) -> Vec<Told> {
    match config.family() {
        Family::Electrum => electrum::seen(state, config, place),
        Family::Blocks | Family::Monero => blocks::seen(state, config, place),
    }
}

/// There are so many blocks more.
pub(super) fn mined(state: &mut State, config: &Config, blocks: u64) -> Vec<Told> {
    match config.family() {
        Family::Electrum => electrum::mined(state, config, blocks),
        Family::Blocks | Family::Monero => blocks::mined(state, config, blocks),
    }
}

/// The last blocks are others now. A daemon that is not on Electrum goes by heights alone, and looks at none
/// twice (read in code at `01571e72`).
pub(super) fn reorganised(state: &mut State, config: &Config, depth: u64) -> Vec<Told> {
    match config.family() {
        Family::Electrum => electrum::reorganised(state, config, depth),
        Family::Blocks | Family::Monero => blocks::mined(state, config, 1),
    }
}

/// Loads a wallet; `None` if its key is not recognised.
pub(super) fn load(
    disk: &mut Disk,
    memory: &mut Memory,
    config: &Config,
    account: &Account,
) -> Option<Replay> {
    disk.wallet(config, account)?;
    let key = account.key();
    Some(match (memory.load(&key), config.family()) {
        (false, _) => Replay::default(),
        (true, Family::Electrum) => electrum::loaded(disk, config, &key),
        (true, Family::Blocks | Family::Monero) => blocks::replay(disk, memory, config, &key),
    })
}
