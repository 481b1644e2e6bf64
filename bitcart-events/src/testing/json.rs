//! JSON as Python's `json.dumps` writes it: `", "` and `": "` between things, nothing but ASCII.

use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// Writes `value` as the daemon would.
pub(super) fn python<T: Serialize + ?Sized>(value: &T) -> String {
    let mut bytes = Vec::new();
    let written = value.serialize(&mut Serializer::with_formatter(&mut bytes, Python));
    // Only a map with keys that are no strings could fail, and nothing here has one.
    debug_assert!(written.is_ok(), "{written:?}");
    String::from_utf8(bytes).unwrap_or_default()
}

/// An object whose names are not known before the daemon's currency is; it keeps the order of its members.
#[derive(Debug, Default)]
pub(super) struct Object(Vec<String>);

impl Object {
    pub(super) fn with<T: Serialize + ?Sized>(mut self, name: &str, value: &T) -> Self {
        self.0.push(format!("{}: {}", python(name), python(value)));
        self
    }

    /// With a member that is JSON already.
    pub(super) fn with_text(mut self, name: &str, json: &str) -> Self {
        self.0.push(format!("{}: {json}", python(name)));
        self
    }

    /// Leaves the member out if there is no value.
    pub(super) fn with_some<T: Serialize>(self, name: &str, value: Option<T>) -> Self {
        match value {
            Some(value) => self.with(name, &value),
            None => self,
        }
    }

    pub(super) fn text(&self) -> String {
        format!("{{{}}}", self.0.join(", "))
    }
}

struct Python;

impl Formatter for Python {
    fn begin_array_value<W: io::Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        separate(writer, first)
    }

    fn begin_object_key<W: io::Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        separate(writer, first)
    }

    fn begin_object_value<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_string_fragment<W: io::Write + ?Sized>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        for character in text.chars() {
            if character.is_ascii() {
                write!(writer, "{character}")?;
            } else {
                // Two halves beyond the basic plane, as `ensure_ascii` writes them.
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

fn separate<W: io::Write + ?Sized>(writer: &mut W, first: bool) -> io::Result<()> {
    if first { Ok(()) } else { writer.write_all(b", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spacing_and_escapes_are_pythons() {
        let value: serde_json::Value =
            serde_json::from_str(r#"{"a":[1,"x",null],"b":{},"c":"é\n😀","d":[]}"#).unwrap();
        assert_eq!(python(&value), r#"{"a": [1, "x", null], "b": {}, "c": "\u00e9\n\ud83d\ude00", "d": []}"#);
    }
}
