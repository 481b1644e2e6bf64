//! What an update says, as 128 bits: to know an update again without keeping it.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::LazyLock;

use super::Update;

/// Equal for updates that say the same: the event and every field of its schema, but for the list of transactions.
///
/// The queue of an ETH daemon shows a payment with hashes that came later, or with one of them twice (`065c8421`,
/// capture `eth_rpc`: get_updates-after-payment), so that the same emission differs there from what the websocket
/// brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Mark([u64; 2]);

/// The field that is another one in the queue.
const GROWING: &str = "tx_hashes";

impl Mark {
    /// 128 bits under secret keys, so that two are never equal by chance, and by nobody's will.
    pub(crate) fn of(value: impl Hash) -> Self {
        static KEYS: LazyLock<[RandomState; 2]> = LazyLock::new(Default::default);
        Self(KEYS.each_ref().map(|key| key.hash_one(&value)))
    }
}

impl Update {
    pub(crate) fn mark(&self) -> Mark {
        let fields = self.event().schema().fields.iter().enumerate();
        let compared = fields.filter(|(_, field)| field.name != GROWING);
        let values: Vec<Option<&str>> = compared.map(|(column, _)| self.field(column).raw()).collect();
        Mark::of((self.event().name(), values))
    }
}
