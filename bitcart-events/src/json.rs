//! JSON that is written. Not by `json!` and not by what serde derives: with both each type that is written, and each that writes,
//! is code of its own, thousands of lines for LLVM.

use serde_json::{Map, Value};

/// A value's JSON text. Not by `Display`, which brings serde_json's writer two more times, and once for text with line breaks.
pub(crate) fn text(value: &Value) -> String {
    // Its keys are texts, so it cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}

/// An object of these members, which are taken.
pub(crate) fn object(members: &mut [(&str, Value)]) -> Value {
    let mut object = Map::new();
    for (name, value) in members {
        object.insert((*name).to_owned(), value.take());
    }
    Value::Object(object)
}

/// A list of texts.
pub(crate) fn texts<T: AsRef<str>>(texts: &[T]) -> Value {
    let mut list = Vec::new();
    for text in texts {
        list.push(text.as_ref().into());
    }
    Value::Array(list)
}
