//! Delivery by websocket, over real sockets.

// What is below is all test, though only functions marked as such are taken for it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod instead_of_webhooks;
mod overload;
mod reconnect;
mod refusals;
mod shutdown;
mod stream;
#[path = "../support/mod.rs"]
mod support;
mod wallets;
