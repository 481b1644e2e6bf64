//! The envelope as serde reads it, with its updates as they came.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::object::{Elements, Name};

pub(super) struct Envelope<'a> {
    pub(super) updates: Option<Vec<&'a str>>,
    pub(super) has_event: bool,
    pub(super) wallet: Option<String>,
    pub(super) currency: Option<String>,
}

/// By hand, because what serde derives for a struct also takes a list.
impl<'de> Deserialize<'de> for Envelope<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EnvelopeVisitor)
    }
}

struct EnvelopeVisitor;

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = Envelope<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        /// The name may be repeated only where nothing reads it.
        fn once<E: serde::de::Error>(seen: &mut u8, bit: u8, name: &'static str) -> Result<(), E> {
            let repeated = *seen & bit != 0;
            *seen |= bit;
            if repeated { Err(E::duplicate_field(name)) } else { Ok(()) }
        }

        let mut seen = 0;
        let mut envelope = Envelope { updates: None, has_event: false, wallet: None, currency: None };
        while let Some(Name(key)) = map.next_key()? {
            match &*key {
                "updates" => {
                    once(&mut seen, 1, "updates")?;
                    let updates = envelope.updates.insert(Vec::new());
                    map.next_value_seed(Elements(&mut |update| updates.push(update)))?;
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
                    map.next_value::<&RawValue>()?;
                }
            }
        }
        Ok(envelope)
    }
}
