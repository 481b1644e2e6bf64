//! From bytes to updates: what a daemon posts, what it answers, and what a caller passes by hand.
//!
//! ```text
//! {"updates": [{"event": "new_block", "height": 1}], "wallet": "xpub…", "currency": "BTC"}   the envelope
//! {"event": "new_block", "height": 1}             the bare event, as before September 2020 (read in code)
//! [{"event": "new_block", "height": 1}]           a list: the answer of `get_updates`, or by hand
//! ```

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::field::excerpt;
use crate::update::{self, Malformed, Outline, Quick, Table};

/// A body, taken apart: the updates in it, and whom the envelope names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parcel {
    pub(crate) updates: Vec<Part>,
    pub(crate) table: Table,
    pub(crate) wallet: Option<String>,
    pub(crate) currency: Option<String>,
    /// Whether it was an envelope or a bare event: a plain list says nothing of its origin.
    pub(crate) from_daemon: bool,
}

/// An update, or where something else stands in its place.
pub(crate) type Part = Result<Outline, (Malformed, Range<usize>)>;

/// A body that holds no updates in any form that a daemon ever used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotUpdates(String);

impl fmt::Display for NotUpdates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads an envelope or a bare event: what may come from the network.
pub(crate) fn read_object(body: &str) -> Result<Parcel, NotUpdates> {
    if let Some(parcel) = quick_object(body) {
        return Ok(parcel);
    }
    if !body.trim_start_matches(JSON_SPACE).starts_with('{') {
        let found = if body.trim().is_empty() { "nothing".to_owned() } else { excerpt(body) };
        return Err(NotUpdates(format!("expected a JSON object with a list of `updates`, but got {found}")));
    }
    let envelope = whole(body, Object(PhantomData::<Updates<'_>>))
        .map_err(|error| NotUpdates(format!("expected a JSON object with a list of `updates`: {error}")))?;
    let updates = match (envelope.updates, envelope.has_event) {
        (Some(updates), _) => updates.0.into_iter().map(|raw| range_in(body, raw.get())).collect(),
        (None, true) => vec![range_in(body, body.trim_matches(JSON_SPACE))],
        (None, false) => {
            return Err(NotUpdates(
                "expected a list of `updates` in the JSON object, but there is none".to_owned(),
            ));
        }
    };
    let parcel = with_care(body, updates);
    Ok(Parcel { wallet: envelope.wallet, currency: envelope.currency, from_daemon: true, ..parcel })
}

/// Reads a list of updates, or an object as [`read_object`] does: what may come from the program itself.
pub(crate) fn read_any(body: &str) -> Result<Parcel, NotUpdates> {
    if !body.trim_start_matches(JSON_SPACE).starts_with('[') {
        return read_object(body);
    }
    let mut table = Table::for_bytes(body.len());
    if let Ok(updates) = whole(body, Quickly { body, table: &mut table }) {
        return Ok(Parcel { updates, table, ..Parcel::default() });
    }
    let updates: Vec<&RawValue> = serde_json::from_str(body)
        .map_err(|error| NotUpdates(format!("expected a list of updates: {error}")))?;
    Ok(with_care(body, updates.into_iter().map(|raw| range_in(body, raw.get())).collect()))
}

/// An envelope without any surprise.
fn quick_object(body: &str) -> Option<Parcel> {
    let mut table = Table::for_bytes(body.len());
    let envelope = whole(body, Object(Quickly { body, table: &mut table })).ok()?;
    let Envelope { updates, wallet, currency, .. } = envelope;
    Some(Parcel { updates: updates?, table, wallet, currency, from_daemon: true })
}

/// Each update by itself.
fn with_care(body: &str, updates: Vec<Range<usize>>) -> Parcel {
    let mut table = Table::default();
    let read = |raw: Range<usize>| update::read(body, raw.clone(), &mut table).map_err(|why| (why, raw));
    let updates = updates.into_iter().map(read).collect();
    Parcel { updates, table, ..Parcel::default() }
}

/// Reads a body to its end.
fn whole<'de, S: DeserializeSeed<'de>>(body: &'de str, seed: S) -> serde_json::Result<S::Value> {
    let mut deserializer = serde_json::Deserializer::from_str(body);
    let value = seed.deserialize(&mut deserializer)?;
    deserializer.end().map(|()| value)
}

/// The white space that JSON allows around a value.
pub(crate) const JSON_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

fn range_in(body: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - body.as_ptr() as usize;
    start..start + part.len()
}

struct Envelope<U> {
    updates: Option<U>,
    has_event: bool,
    wallet: Option<String>,
    currency: Option<String>,
}

/// The envelope, whose updates are read by the seed. By hand, because what serde derives for a struct also takes a list.
struct Object<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Object<S> {
    type Value = Envelope<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for Object<S> {
    type Value = Envelope<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        #[derive(serde::Deserialize)]
        struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

        /// The name may be repeated only where nothing reads it.
        fn once<E: serde::de::Error>(seen: &mut u8, bit: u8, name: &'static str) -> Result<(), E> {
            let repeated = *seen & bit != 0;
            *seen |= bit;
            if repeated { Err(E::duplicate_field(name)) } else { Ok(()) }
        }

        let (mut seed, mut seen) = (Some(self.0), 0);
        let mut envelope = Envelope { updates: None, has_event: false, wallet: None, currency: None };
        while let Some(Key(key)) = map.next_key()? {
            match &*key {
                "updates" => {
                    let seed = seed.take().ok_or_else(|| serde::de::Error::duplicate_field("updates"))?;
                    envelope.updates = Some(map.next_value_seed(seed)?);
                }
                "wallet" => {
                    once(&mut seen, 2, "wallet")?;
                    envelope.wallet = map.next_value()?;
                }
                "currency" => {
                    once(&mut seen, 4, "currency")?;
                    envelope.currency = map.next_value()?;
                }
                other => {
                    envelope.has_event |= other == "event";
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(envelope)
    }
}

/// A list of updates as daemons write them.
struct Quickly<'t, 'de> {
    body: &'de str,
    table: &'t mut Table,
}

impl<'de> DeserializeSeed<'de> for Quickly<'_, 'de> {
    type Value = Vec<Part>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Part>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Quickly<'_, 'de> {
    type Value = Vec<Part>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(A_LIST)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Part>, A::Error> {
        let Self { body, table } = self;
        let mut updates = Vec::new();
        while let Some(update) = list.next_element_seed(Quick { body, table: &mut *table })? {
            updates.push(Ok(update));
        }
        Ok(updates)
    }
}

const A_LIST: &str = "a list of `updates`";

/// A list of raw values, with an error that says what else was found.
struct Updates<'a>(Vec<&'a RawValue>);

impl<'de> serde::Deserialize<'de> for Updates<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor;

        impl<'de> Visitor<'de> for ListVisitor {
            type Value = Updates<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(A_LIST)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut updates = Vec::new();
                while let Some(update) = list.next_element()? {
                    updates.push(update);
                }
                Ok(Updates(updates))
            }
        }

        deserializer.deserialize_seq(ListVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts<'a>(body: &'a str, parcel: &Parcel) -> Vec<&'a str> {
        let raw = |part: &Part| part.as_ref().map_or_else(|(_, raw)| raw.clone(), Outline::raw);
        parcel.updates.iter().map(|part| &body[raw(part)]).collect()
    }

    #[test]
    fn the_three_forms() {
        let envelope =
            r#" {"updates": [ {"event": "new_block", "height": 1} , 7], "wallet": "w", "currency": "BTC"} "#;
        let parcel = read_object(envelope).unwrap();
        assert_eq!(parts(envelope, &parcel), [r#"{"event": "new_block", "height": 1}"#, "7"]);
        assert_eq!((parcel.wallet.as_deref(), parcel.currency.as_deref()), (Some("w"), Some("BTC")));

        let bare = r#" {"event": "new_block", "height": 1} "#;
        assert_eq!(parts(bare, &read_object(bare).unwrap()), [bare.trim()]);

        let list = r#"[{"event": "new_block"}, null]"#;
        assert_eq!(parts(list, &read_any(list).unwrap()), [r#"{"event": "new_block"}"#, "null"]);
        assert!(read_object(list).is_err(), "a list does not come from the network");
    }

    #[test]
    fn what_is_refused_is_named() {
        for (body, word) in [
            ("", "nothing"),
            ("{}", "there is none"),
            (r#"{"updates": {}}"#, "list of `updates`"),
            (r#"{"updates": [], "updates": []}"#, "duplicate"),
            (r#"{"updates": []} {}"#, "trailing"),
            (r#"{"updates": [], "wallet": 7}"#, "expected a string"),
            ("7", "but got 7"),
        ] {
            let error = read_any(body).unwrap_err().to_string();
            assert!(error.contains(word), "{body}: {error}");
        }
    }
}
