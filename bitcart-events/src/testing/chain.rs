//! What each family's daemon tells of what happens on the chain.

use super::daemon::State;
use super::event::Told;
use super::{Config, electrum};

pub(super) fn seen(state: &mut State, config: &Config, place: usize) -> Vec<Told> {
    electrum::seen(&state.disk, config.version, place)
}

pub(super) fn mined(state: &mut State, config: &Config, blocks: u64) -> Vec<Told> {
    electrum::mined(&mut state.disk, config.version, blocks)
}

pub(super) fn reorganised(state: &mut State, config: &Config, depth: u64) -> Vec<Told> {
    electrum::reorganised(&mut state.disk, config.version, depth)
}
