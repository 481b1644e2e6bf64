//! What an update says, as 128 bits: to know an update again without keeping it.

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

/// What stands behind a text. No text has this byte in it.
const END: u8 = 0xff;
/// What most updates say is shorter.
const ROOM: usize = 256;

impl Marker {
    pub(crate) fn new(key: &[u8; 16]) -> Self {
        Self { hasher: SipHasher13::new_with_key(key), bytes: Vec::with_capacity(ROOM) }
    }

    /// 128 bits under a secret key, so that two are never equal by chance, and by nobody's will. Of something of this name each
    /// value counts by itself, with its place; one that is missing is another one than an empty one. It stays the same for ever,
    /// because it is kept: also when there are more places one day.
    pub(crate) fn mark<'a>(&mut self, name: &str, values: impl Iterator<Item = (usize, &'a [u8])>) -> Mark {
        // The hasher is slow with many small pieces.
        let bytes = &mut self.bytes;
        bytes.clear();
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(END);
        values.for_each(|(place, value)| {
            bytes.extend_from_slice(&u16::try_from(place).unwrap_or(u16::MAX).to_le_bytes());
            bytes.extend_from_slice(value);
            bytes.push(END);
        });
        Mark(self.hasher.hash(bytes).as_bytes())
    }

    /// Of an update, or of the text that stands in the place of one.
    #[cfg(feature = "websocket")]
    pub(crate) fn mark_read(&mut self, read: Result<Said<'_>, &str>) -> Mark {
        match read {
            Ok(said) => said.mark(self),
            Err(raw) => self.mark("", std::iter::once((0, raw.as_bytes()))),
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
        let schema = outline.event.schema();
        let values = schema.fields.iter().zip(table.columns(outline)).enumerate();
        let values = values.filter_map(|(place, (field, value))| {
            let value = body.as_bytes().get(value?)?;
            (field.name != GROWING).then_some((place, value))
        });
        marker.mark(schema.name, values)
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
        let values = [(0, &b"a"[..]), (1, b""), (3, b"c")];
        let said = update.said().mark(&mut marker);
        let marks = [marker.mark("event", values.into_iter()), said, said.of(apart(&coin))];
        let shown = marks.map(|mark| format!("{:032x}", u128::from_be_bytes(mark.0)));
        let known = [
            "c86bca25de98b180ac8fb6e186557546",
            "290ed1bedea8eb1bbb3537d8e4842390",
            "18cc5c6906ba99719e8ce01d663d14a8",
        ];
        assert_eq!(shown, known);
    }
}
