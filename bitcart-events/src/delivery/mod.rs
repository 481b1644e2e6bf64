//! The ways by which events come, and what they have in common: tasks that keep on asking, for each wallet or currency.

#[cfg(feature = "polling")]
pub(crate) mod crew;
#[cfg(feature = "polling")]
pub(crate) mod desk;
#[cfg(feature = "polling")]
pub(crate) mod polling;
#[cfg(feature = "polling")]
mod round;
#[cfg(feature = "webhook")]
pub(crate) mod webhook;
#[cfg(feature = "websocket")]
pub(crate) mod websocket;
