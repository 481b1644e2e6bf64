//! A Bitcart daemon for tests: in process, on real loopback sockets, scripted by the test.
//!
//! [`TestDaemon`] answers JSON-RPC and pushes events as the real daemons do, quirks included, so that a test
//! meets what a program will meet: errors inside a 200, events lost with a 500 or with a broken connection, a
//! restart that forgets every notification URL, a websocket that is silent about wallets nobody has touched.
//! Each quirk names in the source what it was measured on or read from. `TestDaemon::start()` is the oldest of them, of 2020; for
//! today's take [`TestDaemon::builder`] and [`version`](TestDaemonBuilder::version).
//!
//! A daemon of today, with a websocket and a ring for `get_updates`:
//!
//! ```
//! use bitcart_events::Currency;
//! use bitcart_events::testing::{DaemonVersion, TestDaemon};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let daemon = TestDaemon::builder().version(DaemonVersion::Current).currency(Currency::Btc).start().await?;
//! // The program under test would now be given daemon.url() and the login electrum / electrumz.
//!
//! let invoice = daemon.request("vpub5Shop", "0.5").await?;
//! daemon.pay(&invoice.id, "0.5").await?;
//! daemon.mine(1).await;
//! daemon.reorganise(1).await;
//!
//! let events: Vec<String> = daemon.emissions().into_iter().map(|emission| emission.event).collect();
//! let confirmed = ["new_block", "new_payment", "verified_tx"];
//! let again = ["new_block", "new_payment", "new_payment", "verified_tx"];
//! assert_eq!(events, [&["new_payment", "new_transaction"], &confirmed[..], &again].concat());
//! # Ok(())
//! # }
//! #
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
//! ```
//!
//! One of 2020, with webhooks:
//!
//! ```
//! use bitcart_events::testing::{DaemonVersion, Fate, TestDaemon};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let daemon = TestDaemon::builder().version(DaemonVersion::Edda6711).start().await?;
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
//! #
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
//! ```
//!
//! A handler of yours with all that stands before it, as in a `#[tokio::test]`:
//!
#![cfg_attr(feature = "websocket", doc = "```standalone_crate")]
#![cfg_attr(not(feature = "websocket"), doc = "```ignore")]
//! use bitcart_events::testing::{DaemonVersion, TestDaemon};
//! use bitcart_events::{Coin, Currency, Daemon, Event, PaymentStatus, State, handlers, on};
//! use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
//!
//! #[on("new_payment", register = false)]
//! fn paid(_event: Event, address: String, status: PaymentStatus, told: State<UnboundedSender<String>>) {
//!     if status == PaymentStatus::Paid {
//!         let _ = told.send(address);
//!     }
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let daemon = TestDaemon::builder().version(DaemonVersion::Current).start().await?;
//! let coin = Coin::at(Currency::Btc, Daemon::new(daemon.url())?, "vpub5Shop");
//! let (tell, mut told) = unbounded_channel();
//! let listener = coin.listener().without_registry().handlers(handlers![paid]).state(tell).build()?;
//! let running = tokio::spawn({
//!     let listener = listener.clone();
//!     async move { listener.websocket().await }
//! });
//! daemon.wait_websockets(1).await;
//!
//! let invoice = daemon.request("vpub5Shop", "0.5").await?;
//! daemon.pay(&invoice.id, "0.5").await?;
//! daemon.mine(1).await;
//! assert_eq!(told.recv().await, Some(invoice.id));
//!
//! listener.shut_down().await?;
//! running.await??;
//! # Ok(())
//! # }
//! ```
//!
//! # What a test can do with it
//!
//! - **The chain**: [`request`](TestDaemon::request), [`pay`](TestDaemon::pay) (a part, the whole, too much,
//!   too late), [`send`](TestDaemon::send), [`mine`](TestDaemon::mine),
//!   [`reorganise`](TestDaemon::reorganise), [`let_pass`](TestDaemon::let_pass) for what expires.
//! - **The process**: [`stop`](TestDaemon::stop), [`shut_down`](TestDaemon::shut_down),
//!   [`start_again`](TestDaemon::start_again), [`reload`](TestDaemon::reload) of a wallet.
//! - **Trouble**: [`drop_websockets`](TestDaemon::drop_websockets), [`go_silent`](TestDaemon::go_silent),
//!   [`stop_reading`](TestDaemon::stop_reading), [`hang`](TestDaemon::hang),
//!   [`lose_answers`](TestDaemon::lose_answers), [`refuse_logins`](TestDaemon::refuse_logins),
//!   [`answer_html`](TestDaemon::answer_html).
//! - **Any history at all**: [`emit`](TestDaemon::emit), [`emit_unsent`](TestDaemon::emit_unsent),
//!   [`emit_unqueued`](TestDaemon::emit_unqueued), [`push`](TestDaemon::push).
//! - **Looking and waiting**: [`emissions`](TestDaemon::emissions), [`rpc_calls`](TestDaemon::rpc_calls),
//!   [`wait_call`](TestDaemon::wait_call), [`wait_filtered`](TestDaemon::wait_filtered),
//!   [`wait_websockets`](TestDaemon::wait_websockets) and their neighbours.
//!
//! # What it imitates
//!
//! - Three generations ([`DaemonVersion`]): `f39a98fe`, the last with both `subscribe` and webhooks;
//!   `edda6711`, the last with webhooks and the first with a websocket; and today's, `065c8421`, of every
//!   [`Currency`](crate::Currency).
//! - `POST /`: the login, the envelope and its errors, Python's spacing. `GET /spec`. The methods `getinfo`,
//!   `getbalance`, `add_request`, `get_request`, `list_requests`, `get_updates`, of Electrum's family
//!   `onchain_history`; in 2020 `subscribe`, `unsubscribe`,
//!   `configure_notifications`; today `close_wallet`, `list_wallets`, and but for Electrum's family
//!   `version`, `setrequestaddress`, `validateaddress`, `rescan_blocks`, `getseed`, `history`.
//! - Webhooks: one POST for each event and wallet, one attempt, any answer is a delivery, without an answer
//!   the event goes to the wallet's ring of 100 for `get_updates`.
//! - The websocket: logins, the filter, one event in a frame, sent to all before it is queued; what it makes
//!   of bad input; the goodbye of a daemon that shuts down. A client that does not read holds up everybody.
//! - Wallets: nothing is told of one that no call has named. Today's ring shows payments as they are when it
//!   is emptied, with a hash more, and not as they were sent (ETH, BNB, MATIC, TRX, XMR).
//! - The families: Electrum's payments go from 0 to 7 to 3, and back when blocks are replaced; Ethereum's and
//!   Tron's are known by their sender, and in a block only; Monero's may go back from 7 to 0. Tokens.
//!   Transactions that are told again when a wallet is loaded again.
//! - Restarts: wallets, URLs, subscriptions, rings and websockets are forgotten; requests and the chain stay.
//!
//! The tests of this crate have the captured conversations with the real daemons again, and compare every
//! answer and every frame.
//!
//! # What it does not imitate
//!
//! - Compression of websockets: it is not accepted though the real one would.
//! - A chain: transactions are nothing but hashes, addresses have no valid checksum, a block that is replaced
//!   has the same transactions again. Lightning; internal transfers of contracts; BCH's and XRG's own fields,
//!   which were never measured, and Monero's, which were read rather than measured.
//! - Keys other than Electrum's master public keys, addresses (ETH, BNB, MATIC, TRX) and view keys (XMR).
//! - In 2020, Electrum's search for payments it missed: one that arrives while the wallet is not loaded is
//!   not announced when it is, only seen in `get_request` and `getbalance`. Today's do announce it.
//! - Connections kept for the next webhook: each has its own here, so that one attempt is really one.
//! - Delays of any kind, waiting for a wallet to be synchronised, and the order of events that overlap:
//!   [`pay`](TestDaemon::pay) tells the payment, then the transaction, [`mine`](TestDaemon::mine) one block
//!   after another. Tasks that race over a long gap take turns here.
//! - The event that the real one loses when a websocket which it was writing to is reset.
//! - Header names in capitals in its answers; methods not named above; in 2020 most fields of `getinfo`;
//!   fees.

mod account;
mod amount;
mod base64;
mod blocks;
mod call;
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
mod response;
mod rpc;
mod script;
mod server;
mod sockets;
mod spec;
mod state;
mod tell;
mod transactions;
mod trouble;
mod webhook;
mod websocket;

use config::Config;

pub use error::ScriptError;
pub use event::{Emission, Fate};
pub use handle::{TestDaemon, TestDaemonBuilder};
pub use journal::{Drained, RpcCall};
pub use script::PaymentRequest;

/// Which daemon it is, by its commit.
///
/// What they differ in is on the [module's page](self).
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
