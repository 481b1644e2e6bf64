//! The test daemon against what was captured of the real ones.

// What is below is all test, though only functions marked as such are taken for it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod asking;
mod captures;
mod families;
mod lifetime;
mod receivers;
mod rpc;
mod script;
mod sockets;
mod story;
mod story_btc;
mod story_eth;
mod story_more;
mod subscriptions;
mod trouble;
mod webhooks;
mod websockets;
