//! What an operator reads, and never a secret. In a program of its own, because whether something is logged is decided for
//! all threads together.

// What is below is all test, though only functions marked as such are taken for it.
#![allow(clippy::unwrap_used, clippy::panic)]

mod deliveries;
mod handlers;
#[path = "../support/mod.rs"]
mod support;
