//! What an update says, as 128 bits: to know an update again without keeping it.

use siphasher::sip128::SipHasher13;

use super::{Came, Update};
use crate::inbox::Mark;

/// The field that is another one in the queue.
const GROWING: &str = "tx_hashes";

impl Mark {
    /// 128 bits under a secret key, so that two are never equal by chance, and by nobody's will. Each part counts by
    /// itself, and one that is missing is another one than an empty one. It stays the same for ever: it is kept.
    pub(crate) fn of<'a>(key: &[u8; 16], parts: impl IntoIterator<Item = Option<&'a [u8]>>) -> Self {
        // The hasher is slow with many small pieces.
        let mut bytes = Vec::with_capacity(512);
        for part in parts {
            let length = part.map_or(u64::MAX, |part| part.len() as u64);
            bytes.extend_from_slice(&length.to_le_bytes());
            bytes.extend_from_slice(part.unwrap_or_default());
        }
        Self(SipHasher13::new_with_key(key).hash(&bytes).as_bytes())
    }
}

impl Update {
    /// Equal for updates that say the same: the event and every field of its schema, but for the list of transactions.
    ///
    /// The queue of an ETH daemon shows a payment with hashes that came later, or with one of them twice (`065c8421`,
    /// capture `eth_rpc`: get_updates-after-payment), so that the same emission differs there from what the websocket
    /// brought.
    #[cfg(feature = "websocket")]
    pub(crate) fn mark(&self, key: &[u8; 16]) -> Mark {
        Mark::of(key, self.parts())
    }

    /// The same for one wallet alone: a transfer of it.
    pub(crate) fn transfer(&self, key: &[u8; 16]) -> Mark {
        let wallet = self.coin().id();
        let whose = [Some(self.currency().code().as_bytes()), wallet.as_ref().map(|id| &id.0[..])];
        Mark::of(key, whose.into_iter().chain(self.parts()))
    }

    fn parts(&self) -> impl Iterator<Item = Option<&[u8]>> {
        let Came { body, table, .. } = &*self.came;
        let fields = self.event().schema().fields.iter().zip(table.columns(&self.outline));
        let compared = fields.filter(|(field, _)| field.name != GROWING);
        let values = compared.map(|(_, value)| value.and_then(|value| body.as_bytes().get(value)));
        std::iter::once(Some(self.event().name().as_bytes())).chain(values)
    }
}
