//! The ways by which events come.

#[cfg(feature = "webhook")]
pub(crate) mod webhook;
