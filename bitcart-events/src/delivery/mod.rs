//! The ways by which events come.

#[cfg(feature = "webhook")]
pub(crate) mod webhook;
#[cfg(feature = "webhook")]
#[cfg_attr(not(test), expect(dead_code, reason = "nothing drives it yet"))]
pub(crate) mod websocket;
