//! JSON as it stands in its text, without a tree of values: the members of an object, the elements of a list. One reader for all
//! objects of which a few members are wanted, and one for all lists, because what serde derives for a struct is two thousand lines
//! for LLVM each time, and for a list one thousand.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// In the order in which they stand there, each with the text of its value.
pub(crate) struct Members<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Members<'a> {
    pub(crate) fn read(text: &'a str) -> serde_json::Result<Self> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let members = deserializer.deserialize_map(MembersVisitor)?;
        deserializer.end()?;
        Ok(members)
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, (Cow<'a, str>, &'a str)> {
        self.0.iter()
    }

    /// The value of this name, of several the last.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| *value)
    }

    /// The same, unless it is `null`.
    #[cfg(feature = "client")]
    pub(crate) fn said(&self, name: &str) -> Option<&'a str> {
        self.get(name).filter(|value| *value != "null")
    }
}

/// The elements of a list, each as its text.
pub(crate) fn elements(list: &str) -> serde_json::Result<Vec<&str>> {
    let mut elements = Vec::new();
    each_element(list, &mut |element| elements.push(element))?;
    Ok(elements)
}

/// The texts of a list that has nothing else in it; `None` if it is something else.
pub(crate) fn each_text<'a>(list: &'a str, take: &mut dyn FnMut(Cow<'a, str>)) -> Option<()> {
    let mut has_others = false;
    let mut take_text = |element| match text_of(element) {
        Some(text) => take(text),
        None => has_others = true,
    };
    each_element(list, &mut take_text).ok()?;
    (!has_others).then_some(())
}

fn each_element<'a>(list: &'a str, take: &mut dyn FnMut(&'a str)) -> serde_json::Result<()> {
    let mut deserializer = serde_json::Deserializer::from_str(list);
    Elements(take).deserialize(&mut deserializer)?;
    deserializer.end()
}

/// What a JSON text says; `None` if it is something else, or its escapes are no letters. All else is checked where the text was found
/// in what it is a part of.
pub(crate) fn text_of(json: &str) -> Option<Cow<'_, str>> {
    let between = json.strip_prefix('"')?.strip_suffix('"')?;
    if between.contains('\\') {
        serde_json::from_str(json).ok().map(Cow::Owned)
    } else {
        Some(between.into())
    }
}

/// Where a part stands in the text that it was read from.
pub(crate) fn range_in(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    start..start + part.len()
}

/// A member's name.
#[derive(serde::Deserialize)]
pub(crate) struct Name<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(8);
        while let Some(Name(name)) = map.next_key()? {
            members.push((name, map.next_value::<&RawValue>()?.get()));
        }
        Ok(Members(members))
    }
}

/// Takes the elements of a list, each as its text.
pub(crate) struct Elements<'f, 'a>(pub(crate) &'f mut dyn FnMut(&'a str));

impl<'de> DeserializeSeed<'de> for Elements<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Of the others nobody is shown it.
        f.write_str("a list of `updates`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(element) = list.next_element::<&RawValue>()? {
            (self.0)(element.get());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_texts_has_nothing_else() {
        let texts = |list: &str| {
            let mut texts = Vec::new();
            each_text(list, &mut |text| texts.push(text.into_owned())).map(|()| texts)
        };
        assert_eq!(texts(r#" [ "a", "\u00e4\"", "" ] "#).unwrap(), ["a", "\u{e4}\"", ""]);
        assert!(texts("[]").unwrap().is_empty());
        for other in ["", "null", r#""a""#, r#"["a", 1]"#, r#"["a", null]"#, r#"["a"] 1"#, "[\"\n\"]"] {
            assert_eq!(texts(other), None, "{other}");
        }
        // Half of a letter.
        assert_eq!(texts(r#"["\ud800"]"#), None);
    }
}
