//! The captured traffic of real daemons, replayed: every event reaches a typed handler, and every field and amount of
//! it is what the daemon wrote.

// What is below is all test, though only functions marked as such are taken for it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod by_hand;
mod captured;
mod polling;
mod seen;
#[path = "../support/mod.rs"]
mod support;
mod webhook;
mod websocket;

use seen::Counts;

/// For each file: how many of each event it holds, how many of all were handled, and how many had been delivered
/// before.
#[rustfmt::skip]
const TABLE: [(&str, Counts); 10] = [
    //                new_block  new_transaction  new_payment  verified_tx  handled  repeated
    ("bnb",           [2,        2,               2,           0,           6,       0]),
    ("btc_rpc",       [24,       5,               12,          6,           47,      0]),
    ("btc_ws",        [42,       16,              40,          20,          118,     0]),
    // Repeated: a transaction after the wallet was loaded again, and a block after `rescan_blocks`.
    ("eth_rpc",       [179,      7,               4,           0,           188,     2]),
    ("eth_ws",        [910,      16,              11,          0,           937,     0]),
    // Handshakes and closes. Its one event is in a frame that is compressed because the client had offered it.
    ("eth_wsproto",   [0,        0,               0,           0,           0,       0]),
    ("trx",           [4,        4,               4,           0,           12,      0]),
    // Repeated: height 159, once for each of two wallets.
    ("webhook_http",  [9,        3,               4,           0,           15,      1]),
    ("webhook_rpc",   [7,        0,               1,           0,           8,       0]),
    // As in webhook_http, on the socket that was not limited to one wallet.
    ("webhook_ws",    [21,       8,               8,           0,           36,      1]),
];
const EVENTS: [&str; 4] = ["new_block", "new_transaction", "new_payment", "verified_tx"];

pub(crate) fn expected(file: &str) -> Option<Counts> {
    TABLE.iter().find(|(name, _)| *name == file).map(|(_, counts)| *counts)
}
