//! The envelope as serde reads it, with a seed for the list of updates in it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Part;
use crate::update::{Quick, Table};

pub(super) struct Envelope<U> {
    pub(super) updates: Option<U>,
    pub(super) has_event: bool,
    pub(super) wallet: Option<String>,
    pub(super) currency: Option<String>,
}

/// The envelope, whose updates are read by the seed. By hand, because what serde derives for a struct also takes a list.
pub(super) struct Object<S>(pub(super) S);

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
pub(super) struct Quickly<'t, 'de> {
    pub(super) body: &'de str,
    pub(super) table: &'t mut Table,
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
pub(super) struct Updates<'a>(pub(super) Vec<&'a RawValue>);

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
