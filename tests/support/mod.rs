//! What several tests need.
#![allow(dead_code)] // Not every test uses all of it.

pub mod connection;
pub mod kept;
pub mod listening;
pub mod log;
pub mod replayed;
pub mod scripted;
pub mod server;
