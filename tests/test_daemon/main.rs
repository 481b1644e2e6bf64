//! The test daemon against what was captured of the real ones.

// What is below is all test, though only functions marked as such are taken for it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod asking;
mod captures;
mod lifetime;
mod receivers;
mod rpc;
mod script;
mod sockets;
mod subscriptions;
mod webhooks;
mod websockets;
