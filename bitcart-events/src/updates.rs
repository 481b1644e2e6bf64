//! What `process_updates` takes.

use std::sync::Arc;

use serde_json::Value;

use crate::sealed::Sealed;
use crate::{Error, ErrorKind, Result};

/// JSON that holds updates: text, bytes, or a [`serde_json::Value`]. Sealed: no other type joins in.
pub trait Updates: Sealed {
    #[doc(hidden)]
    fn into_text(self) -> Result<Arc<str>>;
}

impl Updates for &str {
    fn into_text(self) -> Result<Arc<str>> {
        Ok(self.into())
    }
}

impl Updates for String {
    fn into_text(self) -> Result<Arc<str>> {
        Ok(self.into())
    }
}

impl Updates for &String {
    fn into_text(self) -> Result<Arc<str>> {
        Ok(self.as_str().into())
    }
}

impl Updates for &[u8] {
    fn into_text(self) -> Result<Arc<str>> {
        std::str::from_utf8(self).map(Arc::from).map_err(|error| {
            Error::new(ErrorKind::NotUpdates, "expected a list of updates as JSON in UTF-8").because(error)
        })
    }
}

impl<const N: usize> Updates for &[u8; N] {
    fn into_text(self) -> Result<Arc<str>> {
        self.as_slice().into_text()
    }
}

impl Updates for &Vec<u8> {
    fn into_text(self) -> Result<Arc<str>> {
        self.as_slice().into_text()
    }
}

impl Updates for Vec<u8> {
    fn into_text(self) -> Result<Arc<str>> {
        self.as_slice().into_text()
    }
}

impl Updates for Value {
    fn into_text(self) -> Result<Arc<str>> {
        (&self).into_text()
    }
}

impl Updates for &Value {
    fn into_text(self) -> Result<Arc<str>> {
        Ok(self.to_string().into())
    }
}
