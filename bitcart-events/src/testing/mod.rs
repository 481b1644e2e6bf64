//! A Bitcart daemon for tests: in process, on real loopback sockets, scripted by the test.
//!
//! [`TestDaemon`] answers JSON-RPC and pushes webhooks as the BTC daemons of 2020 did, quirks included, so
//! that a test meets what a program will meet: events lost with a 500, errors inside a 200, a restart that
//! forgets every notification URL. Each quirk names in the source what it was measured on or read from.
//!
//! ```
//! use bitcart_events::testing::{DaemonVersion, Fate, TestDaemon};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let daemon = TestDaemon::builder().version(DaemonVersion::Edda6711).start().await?;
//! // The program under test would now be given daemon.url() and the login electrum / electrumz.
//!
//! let invoice = daemon.request("vpub5Shop", "0.5").await?;
//! daemon.pay(&invoice.address, "0.2").await?;
//!
//! let emissions = daemon.emissions();
//! assert_eq!(emissions[0].event, "new_payment");
//! assert_eq!(emissions[1].event, "new_transaction");
//! // Nobody has configured a notification URL, so both wait for get_updates.
//! assert!(matches!(emissions[0].fate, Fate::Queued { .. }));
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
//! ```
//!
//! # What it imitates
//!
//! - The daemon at `f39a98fe`, the last with both `subscribe` and webhooks, and the one at `edda6711`, the
//!   last with webhooks ([`DaemonVersion`]).
//! - `POST /`: the login, the envelope and its errors, Python's spacing. The methods `subscribe`,
//!   `unsubscribe`, `configure_notifications`, `get_updates`, `add_request`, `get_request`, `getbalance`,
//!   `getinfo`.
//! - Webhooks: one POST for each event and wallet, one attempt, any answer is a delivery, without an answer
//!   the event goes to the wallet's ring of 100 for `get_updates`.
//! - Restarts: wallets, URLs, subscriptions and rings are forgotten; requests and the chain stay.
//!
//! # What it does not imitate
//!
//! - What those daemons did not have: `verified_tx`, `sent_amount`, `tx_hashes`. Pass such updates by hand, with
//!   [`Coin::process_updates`](crate::Coin::process_updates).
//! - Other generations and other coins; the websocket of `edda6711`; webhooks to `https` addresses.
//! - A chain: transactions are nothing but hashes, addresses have no valid checksum, there are no reorgs.
//! - The wallet's search for payments it missed. One that arrives while the wallet is not loaded is never
//!   announced, only seen in `get_request` and `getbalance`.
//! - Connections kept for the next webhook: each has its own here, so that one attempt is really one.
//! - Delays of any kind, and the order of events that overlap: [`pay`](TestDaemon::pay) tells the payment,
//!   then the transaction, [`mine`](TestDaemon::mine) one block after another.
//! - Header names in capitals in its answers; methods not named above; most fields of `getinfo`.

mod account;
mod amount;
mod base64;
mod blocks;
mod chain;
mod config;
mod connection;
mod daemon;
mod disk;
mod electrum;
mod error;
mod event;
mod family;
mod faults;
mod frames;
mod handle;
mod http;
mod invoice;
mod journal;
mod json;
mod memory;
mod methods;
mod records;
mod request;
mod rpc;
mod script;
mod server;
mod sockets;
mod spec;
mod tell;
mod trouble;
mod webhook;
mod websocket;

use config::Config;

pub use error::ScriptError;
pub use event::{Emission, Fate};
pub use handle::{TestDaemon, TestDaemonBuilder};
pub use journal::RpcCall;
pub use script::PaymentRequest;

/// Which daemon it is, by its commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DaemonVersion {
    /// The last daemon with `subscribe` and webhooks. It delivers and queues nothing a wallet has not
    /// subscribed to.
    #[default]
    F39a98fe,
    /// The last daemon with webhooks, and the first with a websocket. It knows no `subscribe`: every loaded
    /// wallet gets every event.
    Edda6711,
    /// Today's, at `065c8421` (August 2026): a websocket and `get_updates`, and no webhooks.
    Current,
}

impl DaemonVersion {
    fn has_subscribe(self) -> bool {
        match self {
            Self::F39a98fe => true,
            Self::Edda6711 | Self::Current => false,
        }
    }
}
