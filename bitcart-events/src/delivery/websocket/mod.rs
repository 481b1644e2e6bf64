//! Delivery by websocket, for today's daemons.
//!
//! # What flows where
//! One [`Station`] for each currency opens the daemon's websocket, and opens it again whenever it is lost. Its reader
//! does nothing but accept frames: into the lanes of the dispatcher, or where they are held while it is not known yet what
//! belongs before them. It never waits for a handler, because a socket that is not read stalls the daemon for all of
//! its clients, and its reset cost one payment of 600 (measured, `065c8421`).
//!
//! How the two lists of events are merged, and why so, is said at [`Listener::websocket`].

mod align;
mod blocks;
mod bytes;
mod held;
mod history;
mod hook;
mod ledger;
mod memory;
mod rows;
mod session;
mod station;

use std::future::Future;
use std::sync::Arc;

use futures_util::FutureExt;

use super::crew::{Crew, Orders};
use super::desk::Desk;
#[cfg(feature = "webhook")]
use crate::told::Told;
use crate::{ApiManager, Coin, Listener, ListenerBuilder, Result};
pub(crate) use hook::Hook;
pub use hook::Reconnected;
pub(crate) use memory::Memory;
use station::Station;

/// The stations of one listener: one for each currency.
#[derive(Clone)]
pub(crate) struct Stations {
    desk: Arc<Desk>,
    memory: Arc<Memory>,
    hook: Option<Hook>,
    #[cfg(feature = "webhook")]
    opened: Arc<Told>,
}

impl Stations {
    /// Inline, so that a webhook runs nothing of the websocket's code, and holds none of it in memory, until a daemon
    /// needs it.
    #[inline]
    pub(crate) fn new(listener: &Listener, desk: Arc<Desk>) -> Self {
        Self {
            desk,
            memory: Arc::clone(&listener.parts.memory),
            hook: listener.parts.on_reconnect.clone(),
            #[cfg(feature = "webhook")]
            opened: Arc::default(),
        }
    }

    /// All of them, until it is told to stop.
    async fn run(self, orders: Orders) {
        let begin = |coin, orders| self.begin(coin, orders);
        orders.for_each(&self.desk.source, &|coin| Some(coin.currency() as usize), &begin).await;
    }

    /// Opens the station of this coin's currency, unless it is open.
    #[cfg(feature = "webhook")]
    pub(crate) fn open(&self, coin: &Coin, all: &Orders) {
        let is_new = self.opened.once(coin.currency().code(), || {
            let who = coin.client().who();
            tracing::warn!(
                "{who} pushes no webhooks, because it is newer than October 2020: its events come by websocket, to the \
                 same handlers, and the webhook server stays up for other senders"
            );
        });
        if is_new {
            // Also for a currency whose last wallet is removed, and comes back later.
            let (this, orders, currency) = (self.clone(), all.clone(), coin.currency());
            let open = async move {
                let key = |coin: &Coin| (coin.currency() == currency).then_some(0);
                orders.for_each(&this.desk.source, &key, &|coin, orders| this.begin(coin, orders)).await;
            };
            all.spawn(open.boxed());
        }
    }

    fn begin(&self, coin: Coin, orders: Orders) {
        let Self { desk, memory, hook, .. } = self.clone();
        let station = Station { desk, memory, hook, coin, orders: orders.clone() };
        orders.spawn(station.run().boxed());
    }
}

impl Listener {
    /// Listens to the daemons' websockets until Ctrl-C or SIGTERM, or the listener's own signal: for today's daemons.
    ///
    /// One socket for each currency. After each connection every wallet is loaded at the daemon, and what waited there
    /// is fetched and merged with what the socket brings: in the daemon's order, and nothing twice. The socket is always
    /// read, however slow the handlers are: what does not find room (see [`ListenerBuilder::capacity`]) is fetched from the
    /// daemon's queue when there is room again. A ping goes out every 20 s; when two are not answered, or the connection
    /// ends, it is made anew with growing waits, for ever, and the [hook](ListenerBuilder::on_reconnect) is told.
    ///
    /// A daemon from before October 2020 that has no websocket is polled.
    ///
    /// # Two lists of the same events
    /// A daemon sends each event to its websockets, then queues it for `get_updates`. Neither has all: the socket lacks
    /// what came while it was closed, the queue holds the last 100. So what was fetched is merged with what the socket
    /// brought: what the socket lacked is delivered in its place, and nothing twice.
    ///
    /// | choice | because |
    /// |---|---|
    /// | what a connection brought is one stretch, and so is an answer: they are slid along each other | capture `eth_rpc`, get_updates-150-blocks-cap: of 150 blocks exactly the last 100 are left, without a gap |
    /// | a payment that comes again is delivered again | capture `btc_ws`: 3, 7, 3 by a reorganisation, and 7 twice |
    /// | the list of hashes is not compared | capture `eth_rpc`, get_updates-after-payment: in the queue a partial payment shows the next payment's hash too |
    /// | blocks are compared though they name no wallet | captures `eth_rpc` and `btc_rpc`: each wallet's queue has them, and a height is unique |
    /// | a ping goes out after the answer, and its pong is awaited | the daemon answers a ping in the order of its frames (capture `eth_wsproto`), so that what it sent before the answer has come then |
    /// | frames are held until their wallet's queue was fetched, for some ten seconds at most | order within a wallet; and a daemon that answers no call must not hold up its websocket |
    /// | a daemon that says "Server shutdown" has forgotten its queue | capture `eth_ws`, ws-shutdown; protocol: the queue is in its memory |
    /// | transactions and heights are delivered once for ever | capture `eth_ws`, ws-after-restart and ws-wallet-reload: they are sent again |
    ///
    /// What cannot be known is decided for the daemon that lives on: if it was restarted, and another client loaded the
    /// wallet before us, a payment that is announced anew with the same status and amount may be taken for the one before.
    ///
    /// # What can be lost
    /// What comes while the socket is closed, beyond the last 100 events of a wallet, and what the daemon forgets when it
    /// is restarted in that time. See the table in the [crate's documentation](crate#deliveries).
    ///
    /// As events, that is: what the daemon's state still shows of it is delivered
    /// [from there](ListenerBuilder::reconcile_every).
    ///
    /// # Errors
    /// When a daemon does not accept the login when it is first asked, which ends it for all currencies; when the listener has
    /// a delivery already; or when the deadline of the shutdown passed.
    pub async fn websocket(&self) -> Result<()> {
        let desk = self.desk();
        let stations = Stations::new(self, Arc::clone(&desk));
        let work = |orders| stations.run(orders).boxed();
        let crew = Crew::start(&desk, &self.parts.shutdown, Box::new(work))?;
        self.run(crew).await
    }
}

impl ListenerBuilder {
    /// Builds the listener and listens to the daemons' websockets until Ctrl-C or SIGTERM; see [`Listener::websocket`].
    ///
    /// # Errors
    /// As [`build`](Self::build) and [`Listener::websocket`].
    pub async fn websocket(self) -> Result<()> {
        self.build()?.websocket().await
    }

    /// Calls this each time that a websocket was lost and is there again, in a task of its own.
    ///
    /// ```
    /// # use bitcart_events::Coin;
    /// let listener = Coin::btc("xpub…").listener().on_reconnect(|reconnected| async move {
    ///     println!("{} was away for {:?}", reconnected.currency, reconnected.away);
    /// });
    /// ```
    pub fn on_reconnect<F, Fut>(mut self, hook: F) -> Self
    where
        F: Fn(Reconnected) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.on_reconnect = Some(Hook::new(hook));
        self
    }
}

macro_rules! by_websocket {
    ($($source:ident)*) => { $(
        impl $source {
            /// Listens to the websocket until Ctrl-C or SIGTERM; see [`Listener::websocket`].
            ///
            /// # Errors
            /// As there, and when the registered handlers do not fit together.
            pub async fn start_websocket(&self) -> Result<()> {
                self.own_listener()?.websocket().await
            }
        }
    )* };
}
by_websocket!(Coin ApiManager);
