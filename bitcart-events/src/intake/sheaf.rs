//! Updates that came in bodies of their own, and go on together.

use serde_json::Value;

use super::{Parcel, Part, Spare, Together, quick};
use crate::Coin;
use crate::json;
use crate::update::{Said, Table};

/// A frame has mostly one update. The memory of one that had more than this is not kept.
const FEW: usize = 16;

/// An update in the body that it came in.
#[derive(Clone, Copy)]
pub(crate) struct Arrived<'a> {
    body: &'a str,
    table: &'a Table,
    part: &'a Part,
}

/// What daemons write behind the updates of a wallet.
pub(crate) struct End(String);

/// They are put together as if they had come in one body: memory for the text and for the fields of each costs as much as to
/// read them.
#[derive(Default)]
pub(crate) struct Sheaf {
    body: String,
    table: Table,
    parts: Vec<Part>,
}

impl End {
    pub(crate) fn of(coin: &Coin) -> Self {
        let wallet = json::text(&coin.wallet().map_or(Value::Null, Value::from));
        let currency = json::text(&coin.currency().code().into());
        Self(format!(r#", "wallet": {wallet}, "currency": {currency}}}"#))
    }
}

impl Parcel<'_> {
    /// Its updates, which came in this body.
    pub(crate) fn arrived<'a>(&'a self, body: &'a str) -> impl Iterator<Item = Arrived<'a>> {
        self.updates.iter().map(|part| Arrived { body, table: &self.table, part })
    }

    /// Its memory, for the next one.
    pub(crate) fn done(self) -> Spare {
        let Self { mut updates, mut table, .. } = self;
        if updates.capacity() > FEW {
            return Spare::default();
        }
        updates.clear();
        table.clear();
        Spare { updates, table }
    }
}

impl<'a> Arrived<'a> {
    /// What it says; of what is no update its text.
    pub(crate) fn said(self) -> Result<Said<'a>, &'a str> {
        match self.part {
            Ok(outline) => Ok(Said::new(self.body, self.table, outline)),
            Err(_) => Err(self.raw()),
        }
    }

    /// By itself, for its wallet.
    pub(crate) fn alone(self, coin: &Coin) -> Together {
        let mut sheaf = Sheaf::default();
        sheaf.add(self);
        sheaf.together(coin)
    }

    fn raw(self) -> &'a str {
        let raw = match self.part {
            Ok(outline) => outline.raw(),
            Err((_, raw)) => raw.clone(),
        };
        self.body.get(raw).unwrap_or_default()
    }
}

impl Sheaf {
    /// With room for so many bytes of text, which would otherwise be moved again and again as it grows.
    pub(crate) fn with_room(bytes: usize) -> Self {
        let mut table = Table::default();
        table.reserve_for_bytes(bytes);
        Self { body: String::with_capacity(bytes), table, parts: Vec::with_capacity(quick::guess(bytes)) }
    }

    /// How many bytes of text.
    pub(crate) fn bytes(&self) -> usize {
        self.body.len()
    }

    /// Takes one more, without what else came in its body.
    pub(crate) fn add(&mut self, update: Arrived<'_>) {
        let start = self.body.len();
        self.body.push_str(update.raw());
        self.parts.push(match update.part {
            Ok(outline) => Ok(self.table.take_over(update.table, outline, start)),
            Err((malformed, _)) => Err((malformed.clone(), start..self.body.len())),
        });
    }

    /// Takes what stands in a body of this wallet as daemons write it, if it is at most so much. `None`: there is a surprise in it.
    pub(crate) fn add_body(&mut self, body: &str, end: &End, most: usize) -> Option<()> {
        let list = body.strip_suffix(&*end.0)?;
        let before = (self.table.columns_used(), self.parts.len());
        let read = quick::more(list, self.body.len(), &mut self.table, &mut self.parts);
        let read = read.filter(|()| self.parts.len() <= before.1 + most);
        if read.is_some() {
            self.body.push_str(list);
        } else {
            self.table.truncate(before.0);
            self.parts.truncate(before.1);
        }
        read
    }

    /// What the update at this place says.
    pub(crate) fn said(&self, place: usize) -> Option<Said<'_>> {
        let outline = self.parts.get(place)?.as_ref().ok()?;
        Some(Said::new(&self.body, &self.table, outline))
    }

    pub(crate) fn len(&self) -> usize {
        self.parts.len()
    }

    /// All of them, for their wallet.
    pub(crate) fn together(self, coin: &Coin) -> Together {
        Together::new(coin, self.body.into(), self.table, self.parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Update;
    use crate::intake::read_object;
    use crate::intake::tests::mutate;

    fn shown(together: &Together) -> String {
        match &together.parts[..] {
            [Ok(outline)] => {
                let update = Update::new(&together.came, outline.clone());
                let fields = update.event().schema().fields.iter().enumerate();
                let fields: Vec<_> = fields.map(|(column, _)| update.field(column)).collect();
                format!("{:?} {} {fields:?}", update.coin(), update.raw())
            }
            [Err((malformed, raw))] => format!("{malformed} {}", together.came.text(raw.clone())),
            _ => unreachable!("one"),
        }
    }

    #[test]
    fn an_update_says_the_same_wherever_it_stands() {
        const BODIES: [&str; 3] = [
            r#"{"updates": [{"event": "new_payment", "address": "one", "status": 3, "status_str": "Paid", "contract": "c"}], "wallet": "w"}"#,
            r#"{"wallet": "w", "updates": [7, {"event": "new_block", "height": 1}, {"event": "new_payment", "status": 0, "address": "t\u0077o", "contract": "\ud800"}, {"event": "new_blok"}]}"#,
            r#" {"event": "new_transaction", "tx": "three\n"} "#,
        ];
        let (coin, mut sheaf) = (Coin::btc("w"), Sheaf::default());
        let (mut as_it_came, mut alone) = (Vec::new(), Vec::new());
        for body in BODIES {
            let parcel = read_object(body).unwrap();
            for arrived in parcel.arrived(body) {
                alone.push(shown(&arrived.alone(&coin)));
                sheaf.add(arrived);
            }
            as_it_came.extend(Together::of(&coin, &body.into(), parcel).each().map(|one| shown(&one)));
        }
        assert_eq!((alone.len(), sheaf.len()), (6, 6));
        assert_eq!(alone, as_it_came);
        assert_eq!(sheaf.together(&coin).each().map(|one| shown(&one)).collect::<Vec<_>>(), as_it_came);
    }

    /// What is in it, with where it stands.
    fn inside(sheaf: &Sheaf) -> (String, Table, Vec<Part>) {
        (sheaf.body.clone(), sheaf.table.clone(), sheaf.parts.clone())
    }

    fn every(sheaf: Sheaf, coin: &Coin) -> Vec<String> {
        sheaf.together(coin).each().map(|read| shown(&read)).collect()
    }

    /// A body is taken as a whole only if care would have read the same from it, for the same wallet. Otherwise nothing of it stays.
    #[test]
    fn a_body_is_taken_as_it_would_be_read() {
        const UPDATES: [&str; 6] = [
            r#"{"event": "new_payment", "address": "a", "status": 3, "status_str": "Paid", "tx_hashes": ["t"], "new": {"a": [1, 2]}}"#,
            r#"{"event": "new_transaction", "tx": "], \"wallet\": "}"#,
            r#"{"event": "new_transaction", "tx": "t", "amount": "1.0", "contract": null}"#,
            r#"{"event": "new_block", "height": 7}"#,
            r#"{"event": "new_blok"}"#,
            "7",
        ];
        const ENDS: [&str; 8] = [
            r#", "wallet": "w", "currency": "BTC"}"#,
            r#", "wallet": "w", "currency": "BTC"}"#,
            r#", "wallet": "w", "currency": "BTC"}"#,
            r#", "wallet": "ww", "currency": "BTC"}"#,
            r#", "wallet": "\u0077", "currency": "BTC"}"#,
            r#", "wallet": "w", "currency": "LTC"}"#,
            r#", "wallet": "v", "wallet": "w", "currency": "BTC"}"#,
            r#", "currency": "BTC", "wallet": "w"}"#,
        ];
        let (coin, mut chance) = (Coin::btc("w"), fastrand::Rng::with_seed(7));
        let end = End::of(&coin);
        let (mut taken, mut refused) = (0, 0);
        for _ in 0..2_000 {
            let (mut sheaf, mut expected) = (Sheaf::default(), Vec::new());
            // With escapes, which have a table of their own.
            let before = r#"{"updates": [{"event": "new_transaction", "tx": "\u0074"}, 7]}"#;
            for arrived in read_object(before).unwrap().arrived(before) {
                expected.push(shown(&arrived.alone(&coin)));
                sheaf.add(arrived);
            }
            for _ in 0..10 {
                let updates: Vec<_> =
                    (0..chance.usize(..4)).map(|_| chance.choice(UPDATES).unwrap()).collect();
                let mut body =
                    format!(r#"{{"updates": [{}]{}"#, updates.join(", "), chance.choice(ENDS).unwrap())
                        .into_bytes();
                mutate(&mut body, &mut chance, 8);
                let Ok(body) = String::from_utf8(body) else { continue };
                let (most, was) = (chance.usize(..4), inside(&sheaf));
                if sheaf.add_body(&body, &end, most).is_none() {
                    assert_eq!(inside(&sheaf), was, "{body}");
                    refused += 1;
                    continue;
                }
                let parcel = read_object(&body).unwrap();
                let named = (parcel.wallet.as_deref(), parcel.currency.as_deref());
                assert_eq!(named, (Some("w"), Some("BTC")), "{body}");
                assert!(parcel.updates.len() <= most);
                assert_eq!(sheaf.len(), was.2.len() + parcel.updates.len());
                expected.extend(parcel.arrived(&body).map(|arrived| shown(&arrived.alone(&coin))));
                for (place, arrived) in (was.2.len()..).zip(parcel.arrived(&body)) {
                    let mut marker = crate::update::Marker::new(&[7; 16]);
                    let said = sheaf.said(place).unwrap();
                    assert_eq!(said.mark(&mut marker), marker.mark_read(arrived.said()));
                }
                taken += 1;
            }
            assert_eq!(every(sheaf, &coin), expected);
        }
        assert!(taken > 1_500 && refused > 10_000, "{taken} taken, {refused} refused");
    }
}
