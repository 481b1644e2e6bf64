//! What an update says, as 128 bits: to know an update again without keeping it.

use std::iter::once;

use siphasher::sip128::SipHasher13;

use super::Said;
use crate::Coin;
use crate::inbox::Mark;

/// The field that is another one in the queue.
const GROWING: &str = "tx_hashes";

/// Makes one mark after another, in the same piece of memory.
pub(crate) struct Marker {
    hasher: SipHasher13,
    bytes: Vec<u8>,
}

/// What stands behind a part, and in the place of one that is missing. No text has these bytes in it.
const END: u8 = 0xff;
const MISSING: u8 = 0xfe;
/// What most updates say is shorter.
const ROOM: usize = 256;

impl Marker {
    pub(crate) fn new(key: &[u8; 16]) -> Self {
        Self { hasher: SipHasher13::new_with_key(key), bytes: Vec::with_capacity(ROOM) }
    }

    /// 128 bits under a secret key, so that two are never equal by chance, and by nobody's will. Each part counts by
    /// itself, and one that is missing is another one than an empty one. It stays the same for ever: it is kept.
    pub(crate) fn mark<'a>(&mut self, parts: impl IntoIterator<Item = Option<&'a str>>) -> Mark {
        // The hasher is slow with many small pieces.
        let bytes = &mut self.bytes;
        bytes.clear();
        parts.into_iter().for_each(|part| match part {
            None => bytes.push(MISSING),
            Some(part) => {
                bytes.reserve(part.len() + 1);
                bytes.extend_from_slice(part.as_bytes());
                bytes.push(END);
            }
        });
        Mark(self.hasher.hash(bytes).as_bytes())
    }

    /// Of an update, or of the text that stands in the place of one.
    #[cfg(feature = "websocket")]
    pub(crate) fn mark_read(&mut self, read: Result<Said<'_>, &str>) -> Mark {
        match read {
            Ok(said) => said.mark(self),
            Err(raw) => self.mark([Some(raw)]),
        }
    }
}

impl Said<'_> {
    /// Equal for updates that say the same: the event and every field of its schema, but for the list of transactions.
    ///
    /// The queue of an ETH daemon shows a payment with hashes that came later, or with one of them twice (`065c8421`,
    /// capture `eth_rpc`: get_updates-after-payment), so that the same emission differs there from what the websocket
    /// brought.
    pub(crate) fn mark(self, marker: &mut Marker) -> Mark {
        let Self { body, table, outline } = self;
        let fields = outline.event.schema().fields.iter().zip(table.columns(outline));
        let compared = fields.filter(|(field, _)| field.name != GROWING);
        let values = compared.map(|(_, value)| value.and_then(|value| body.get(value)));
        marker.mark(once(Some(self.event().name())).chain(values))
    }
}

impl Mark {
    /// The same of one wallet alone, by its [`apart`].
    pub(crate) fn of(self, apart: u128) -> Self {
        Self((u128::from_le_bytes(self.0) ^ apart).to_le_bytes())
    }
}

/// By what the marks of a wallet differ from those of others. It needs no key of its own: without the one that marks are made under
/// nobody can have two that differ by as much.
pub(crate) fn apart(coin: &Coin) -> u128 {
    let wallet = coin.id().map_or(0, |id| u128::from_le_bytes(id.0));
    // Two currencies may have the same transaction of the same wallet, where one has split off from the other.
    let code = coin.currency().code().bytes();
    code.fold(0, |code, letter| code << 8 | u128::from(letter)) ^ wallet
}

#[cfg(all(test, feature = "websocket"))]
mod tests {
    use std::sync::Arc;

    use super::super::Update;
    use super::*;

    /// They are in files.
    #[test]
    fn marks_stay_the_same_for_ever() {
        let coin = Coin::btc("xpub");
        let body: Arc<str> = r#"{"event": "new_transaction", "tx": "ab", "amount": "0.1"}"#.into();
        let update = Update::parse(&body, 0..body.len(), &coin).unwrap();
        let mut marker = Marker::new(&[7; 16]);
        let mark = marker.mark([Some("a"), Some(""), None, Some("c")]);
        let said = update.said().mark(&mut marker);
        let shown =
            [mark, said, said.of(apart(&coin))].map(|mark| format!("{:032x}", u128::from_be_bytes(mark.0)));
        let known = [
            "68a140c96df3673e6107c452cee2bac1",
            "86c173cb593f3d6da376d19b51975b9d",
            "4b3bb72134a24122045fb114eb9b562a",
        ];
        assert_eq!(shown, known);
    }
}
