//! Maps by what is a hash already: a wallet's id, a mark.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

pub(crate) type ById<K, V> = HashMap<K, V, BuildHasherDefault<Taken>>;

/// Takes the id for its hash. What stands beside it is of the daemon's making: nobody chooses it so that all look alike.
pub(crate) struct Taken(u64);

/// The offset of FNV.
impl Default for Taken {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Taken {
    fn write_u128(&mut self, id: u128) {
        self.0 ^= id as u64 ^ (id >> 64) as u64;
    }

    /// FNV-1a.
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
