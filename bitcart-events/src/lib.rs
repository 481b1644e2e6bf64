//! Act on crypto payments with plain functions: the compiler knows what each event of a
//! [Bitcart](https://bitcart.ai) daemon carries, so a handler that is wrong does not compile.
//!
#![cfg_attr(feature = "webhook", doc = "```no_run")]
#![cfg_attr(not(feature = "webhook"), doc = "```ignore")]
//! use bitcart_events::{on, Event};
//!
//! #[on("new_transaction")]
//! async fn seen(event: Event, tx: String) {
//!     println!("{event}: {tx}");
//! }
//!
//! #[tokio::main]
//! async fn main() -> bitcart_events::Result<()> {
//!     bitcart_events::run_webhook().await
//! }
//! ```
//!
//! # From here
//! | to | read |
//! |---|---|
//! | write a handler | [`#[on]`](macro@on) |
//! | see what is checked, and how to mend what does not compile | [`rules`] |
//! | know which events there are, what they carry, and who sends it | [`event`] |
//! | know which types a field can be taken as | [`field`] |
//! | describe events of your own | [`events!`] |
//! | share a database or a shop with handlers | [`State`] |
//! | listen for one wallet | [`Coin`], [`Coin::listener`] |
//! | ask a daemon for money, balances, transactions | [`Coin`'s methods](Coin#the-daemons-methods) |
//! | reach a daemon over TLS or through a proxy | [`Daemon`] |
//! | listen for several wallets and currencies | [`ApiManager`] |
//! | choose between webhook, websocket and polling | [deliveries](#deliveries) |
//! | keep events over a crash, retries, dead letters | [`inbox`] |
//! | know which event it is, and how it came | [`Delivery`] |
//! | write to a database exactly once for each event | `InboxTx` (feature `sqlite`) |
//! | put the webhook into an axum application | [`Coin::webhook_app`] |
//! | pass updates by hand | [`Coin::process_updates`], [`Report`] |
//! | set up a program from the environment | [`run_webhook`], with states [`Settings`] |
//! | find out why a handler of a library crate never runs | [`ListenerBuilder::expect_events`] |
//! | test against a daemon in process | [`testing`] |
//!
//! # How an update reaches a handler
//! What a daemon posts is read once for its envelope. Each update in it is kept as the text it came as, and a
//! handler's arguments are read straight from that text: `&str` borrows from it, amounts are exact or rejected. A bad
//! update is rejected alone.
//!
//! A wallet's events run one after another in the order in which they were accepted; those of different wallets run
//! side by side, up to [a bound](ListenerBuilder::concurrency). An [`ApiManager`]'s blocks have an order of their own
//! for each currency, and run once for each height however many wallets the daemon names. A handler's error or panic
//! touches nothing but its own event, which is tried again (a panic of a program that is built with `panic = "abort"` ends it).
//! Between accepting and handling an event stands in an [`inbox`]: in
//! memory, or in a file that a crash leaves whole. Everything that is dropped, rejected or fails is logged with `tracing`: the
//! handler by its path and line, the wallet by a fingerprint, because its key may be a seed.
//!
//! # Deliveries
//! The daemon decides what is possible, and what can be lost before it reaches us. Two generations were measured: those
//! of 2020, the last that pushed webhooks (Bitcart `f39a98fe`, `edda6711`), and today's (`065c8421`, August 2026). A "capture" that
//! is named here or on other pages is a conversation with a real daemon, recorded in `tests/data/captures` of the repository.
//!
//! | by | a daemon of 2020 | a daemon of today |
//! |---|---|---|
//! | [webhook](Listener::webhook) | It posts each event once, and any answer is a delivery, even a 500; only a connection that is closed without one makes it keep the event for `get_updates`. **Lost:** what a reverse proxy answers in our place (a 502 for a closed connection); what happens while the daemon has forgotten the address after a restart and queues nothing (`f39a98fe`, which must be told `subscribe` too); beyond 100 kept events of a wallet. **We** answer after the handlers, or when the event is stored, refuse by closing, tell the address to every daemon every 30 s and after each refusal, and fetch what was kept. | It pushes none. **We** say so, and take its websocket; the server stays up for other senders. |
//! | [websocket](Listener::websocket) | `f39a98fe` has none, and is polled. `edda6711` has one, but labels each event with every wallet in turn (capture `webhook_ws`: two-wallets-sub-w2): take the webhook for it. | It sends each event once, and queues it too. **Lost:** beyond the last 100 events of a wallet while the socket is closed; what is queued when the daemon is restarted, because the queue is in its memory; what it does not send to anybody, e.g. when another client's connection breaks while it writes. **We** read eagerly, notice a dead socket within a minute, connect again for ever, touch every wallet, merge the queue with what the socket brought, and fetch the queues while no socket can be had. |
//! | [polling](Listener::polling) | It keeps what it cannot post, once `subscribe` was called (`f39a98fe`). **Lost:** as for today's. | Each answer empties the queue. **Lost:** beyond 100 events between two polls; an answer that breaks off on its way; what is queued when the daemon is restarted. **We** never give a call up, keep room for its answer, ask sooner while events come, and say so when an answer is full. |
//! | [by hand](Listener::process_updates) | what you pass | what you pass |
//!
//! | then | how |
//! |---|---|
//! | twice | A payment's status is delivered as often as the daemon sends it, because it can really change back: 3, 7, 3 in a reorganisation (capture `btc_ws`). It may come once more after a broken connection; and, with an inbox in memory, when the program is started again, because a websocket leaves what it brought in the daemon's queue. A handler that was at work when the program was killed is run again. Make a handler's effect the same when it is repeated. |
//! | once | A height of a currency and a transfer of a wallet are delivered once, also when a daemon sends them again after a restart (equal ones in one list are as many transfers): for ever with an inbox in a file, as long as the process runs and among the last 57,344 transfers with one in memory. |
//! | order | a wallet's events in the daemon's order. What is learnt late, from a queue that was not answered for ten seconds, comes late. |
//! | alone | A daemon's queue has one reader: what one program fetches is not there for another. So a listener has one delivery at a time, and a wallet should have one listener. |
//!
//! What was lost in these ways is searched for: the state of payments, blocks and transactions is
//! [compared](ListenerBuilder::reconcile_every) with what was delivered, and what was missed comes as the event that the daemon
//! would have sent, marked.
//!
//! An [`inbox`] in memory loses what was accepted and not handled when the process is killed. With it a webhook is answered
//! after its handlers, so that what is unanswered then stays with the daemon; an inbox in a file answers as soon as the event is
//! stored.
//!
//! # Cargo features
//! | feature | default | gives |
//! |---|---|---|
//! | `webhook` | yes | delivery by webhook: a server, or routes for an axum application; brings `websocket` |
//! | `websocket` | by `webhook` | delivery by websocket; brings `polling` |
//! | `polling` | by `websocket` | delivery by polling; brings `client` |
//! | `client` | by `polling` | [`Coin`'s methods](Coin#the-daemons-methods), [`Daemon`], [`Settings`]: the daemon's JSON-RPC |
//! | `tls` | no | `https://` daemons, with [certificates of one's own](Daemon::root_certificate); rustls with ring (a program that uses reqwest 0.13 itself has to choose a provider for its own clients: reqwest's feature `rustls`) |
//! | `socks` | no | SOCKS [proxies](Daemon::proxy), Tor's for one |
//! | `proxy` | no | [proxies](Daemon::proxy) for HTTP |
//! | `log` | yes | [`log_to_stderr`], which the `run_…` functions call |
//! | `sqlite` | no | [`inbox::SqliteInbox`]: accepted events in a file, `InboxTx`; SQLite is built with it, which takes a C compiler |
//! | `metrics` | no | [counts](inbox#for-operators) through the `metrics` facade |
//! | `testing` | no | [`testing`]: a daemon in process, on real sockets |
//!
//! Without any there are handlers, and [`Coin::process_updates`] to feed them.

#![cfg_attr(docsrs, feature(doc_cfg))]
// The start page speaks of everything; without a feature its links lead nowhere.
#![cfg_attr(
    not(all(feature = "webhook", feature = "testing", feature = "tls", feature = "sqlite")),
    allow(rustdoc::broken_intra_doc_links)
)]

mod by_currency;
mod by_id;
#[cfg(feature = "client")]
mod client;
mod coin;
mod currency;
#[cfg(feature = "polling")]
mod delivery;
mod dispatch;
mod error;
pub mod field;
mod handler;
pub mod inbox;
mod intake;
#[cfg(feature = "client")]
mod json;
mod listener;
mod manager;
mod names;
mod object;
mod own;
mod parts;
#[cfg(feature = "polling")]
mod reconcile;
pub mod rules;
#[cfg(any(feature = "polling", feature = "log"))]
mod run;
mod runtime;
pub mod schema;
mod sealed;
#[cfg(feature = "client")]
mod settings;
mod shutdown;
mod source;
mod status;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "tls")]
mod tls;
mod told;
mod troubles;
mod update;
mod updates;
#[cfg(feature = "polling")]
mod waits;
mod wallet;

/// Makes a function the handler of one event or several.
///
/// ```
/// use bitcart_events::{Coin, Decimal, Event, PaymentStatus, State, on};
/// # #[derive(Default)] struct Orders;
/// # impl Orders { async fn settle(&self, _: &str, _: Option<Decimal>) -> Result<(), String> { Ok(()) } }
///
/// #[on("new_payment")]
/// async fn paid(
///     event: Event,
///     instance: Coin,
///     address: &str,
///     status: PaymentStatus,
///     sent_amount: Option<Decimal>,
///     orders: State<Orders>,
/// ) -> Result<(), String> {
///     if status == PaymentStatus::Paid {
///         orders.settle(address, sent_amount).await?;
///     }
///     Ok(())
/// }
/// ```
///
/// The function stays as it is and can be called like any other, in a test for instance. It registers itself, and every
/// listener of the program finds it.
///
/// ```
/// # use bitcart_events::{Event, State, on};
/// # #[derive(Default)] struct Orders;
/// # #[on("new_payment", register = false)]
/// # fn paid(event: Event, address: &str, orders: State<Orders>) {}
/// // By hand, in a test:
/// paid(Event::find("new_payment")?, "1f804621c6", State::new(Orders::default()));
/// # Ok::<(), bitcart_events::UnknownEvent>(())
/// ```
///
/// # Parameters
/// They are matched by name, in any order.
///
/// | parameter | is |
/// |---|---|
/// | `event: Event` | the event; always needed, as `_event` if it is not used. `event: &str` gives its name |
/// | `instance: Coin` | the wallet that the event came for. A block belongs to no wallet: with an [`ApiManager`], `instance` may then have none (`wallet()` is `None`) |
/// | any name, type `State<T>` | what the listener was given with [`state`](crate::ListenerBuilder::state) |
/// | any name, type [`Delivery`] | how the event came: its key, which attempt it is, its origin |
/// | any name, type `InboxTx` (feature `sqlite`) | writes into the inbox's own SQLite file, in the transaction that settles the event |
/// | a field of the event, see [`event`](mod@crate::event) | its value, in one of the types of [`field`] |
///
/// `_height` is the field `height`, unused. A handler of several events takes each field as an `Option`, which is `None`
/// where the event lacks it:
///
/// ```
/// # use bitcart_events::{Event, on};
/// #[on(["new_block", "new_transaction"])]
/// fn either(event: Event, height: Option<u64>, tx: Option<String>) {
///     match event.name() {
///         "new_block" => println!("block {height:?}"),
///         _ => println!("transaction {tx:?}"),
///     }
/// }
/// ```
///
/// # Kinds of functions
/// An `async` function may await; a plain one runs inline and must not block; a plain one with `blocking` runs on a
/// thread where it may. Each returns nothing, or `Result<(), E>` where `E` turns into a boxed error: any error type,
/// `anyhow::Error`, `String`. An error is logged and reported, and touches no other event; a [`Final`] one says that no other
/// attempt would succeed.
///
/// # Options
/// | option | means |
/// |---|---|
/// | `blocking` | a plain function that may block |
/// | `retries = 5` | it is tried again so often after it failed, from 0 for never to 100; without it as often as the listener says. Not after a [`Final`] error |
/// | `currency = "ETH"`, `currency = ["ETH", "BNB"]` | for these currencies only; it stands before a handler for all, and fields that all of their daemons send need no `Option` |
/// | `daemon = "current"` | not for the daemons of 2020; fields that they lack need no `Option` |
/// | `schema = path` | the events are those of an [`events!`](crate::events) at that path, in whatever crate |
/// | `register = false` | is in no registry; name it with [`handlers!`](crate::handlers) |
/// | `companion = false` | writes no hidden struct next to the function, so that a module of its name can be imported beside it; [`handlers!`](crate::handlers) cannot name it then |
/// | `crate = path` | where `bitcart_events` is, if it was renamed |
///
/// ```
/// # use bitcart_events::{Decimal, Event, on};
/// #[on("new_transaction", currency = "ETH")]
/// async fn token(event: Event, tx: &str, from_address: &str, amount: Decimal, contract: Option<String>) {}
/// ```
///
/// # What is checked
/// While compiling, every mistake of a signature in one run and each at its own place; when a listener is built, what only
/// the whole program shows, with file and line. [`rules`](mod@crate::rules) has each rule with a wrong handler, its message
/// and the mended handler.
///
/// In an editor with rust-analyzer, an event's name in `#[on(…)]` leads to its documentation, with a table of its fields. Wrong
/// names and options, and a missing `Option`, are shown while they are typed; a wrong type once the file is saved.
///
/// `#[on]` cannot see the `impl` that a function without `self` stands in; there rustc complains of a struct in the wrong
/// place. A handler is for Bitcart's events or for [those of one `events!`](crate::events), not for both.
///
/// A module of the function's name imported beside it (`mod paid; use paid::paid;`) clashes with the hidden struct
/// that [`handlers!`](crate::handlers) names: rename one, or write `companion = false`. So it is for a crate that forbids
/// (rather than denies) `non_camel_case_types`, because the struct is called like the function.
///
/// `Option`, `State`, `Delivery` and `InboxTx` are known by their names: an alias of one is not, and a type of yours that is
/// called like one is taken for it.
///
/// A library crate that is only named in `Cargo.toml` registers nothing, because the linker leaves it out. Write
/// `use that_crate as _;`, and [`expect_events`](crate::ListenerBuilder::expect_events) to notice it.
pub use bitcart_events_macros::on;
#[cfg(feature = "client")]
pub use client::{
    Balance, Daemon, DaemonError, DaemonException, DaemonInfo, DaemonSpec, History, HistoryItem, NewRequest,
    PaymentRequest, TxInfo,
};
pub use coin::Coin;
pub use currency::{Currency, UnknownCurrency};
#[cfg(feature = "webhook")]
pub use delivery::webhook::{WebhookServer, WebhookSettings};
#[cfg(feature = "websocket")]
pub use delivery::websocket::Reconnected;
pub use dispatch::{Failed, Ignored, IgnoredReason, Rejected, RejectedReason, Report};
pub use error::{BoxError, Error, ErrorKind, Result};
#[doc(inline)]
pub use field::FieldError;
#[cfg(feature = "sqlite")]
pub use handler::InboxTx;
pub use handler::{
    Delivery, DeliveryArgument, EventArgument, EventNames, Final, HandlerError, HandlerInfo, Handlers,
    InboxTxArgument, InstanceArgument, IntoOutcome, State, StateArgument,
};
// Here rather than in `__private`, because rustc names them: where a handler's future is not `Send`, for what is no handler, and for
// what cannot be read.
#[doc(hidden)]
pub use handler::{Handle, async_handler, unread, with_arguments::async_handlers::*};
pub use inbox::Origin;
pub use listener::{Listener, ListenerBuilder};
pub use manager::{ApiManager, ApiManagerBuilder};
#[cfg(feature = "log")]
pub use run::log_to_stderr;
#[cfg(feature = "polling")]
pub use run::run_polling;
#[cfg(feature = "webhook")]
pub use run::run_webhook;
#[cfg(feature = "websocket")]
pub use run::run_websocket;
#[cfg(feature = "sqlite")]
pub use rusqlite;
pub use rust_decimal::Decimal;
#[doc(inline)]
pub use schema::{Event, UnknownEvent, event};
#[cfg(feature = "client")]
pub use settings::Settings;
pub use status::PaymentStatus;
pub use update::{Payload, Update};
pub use updates::Updates;

#[doc(hidden)]
pub mod __private;
