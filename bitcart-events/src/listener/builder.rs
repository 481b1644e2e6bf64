//! What a user chooses before a listener is there, and the checks of it.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::{Listener, ListenerParts, checks};
use crate::Result;
#[cfg(feature = "webhook")]
use crate::delivery::webhook::{Receiver, WebhookSettings};
#[cfg(feature = "websocket")]
use crate::delivery::websocket::Hook;
use crate::dispatch::{Dispatcher, Limits, Policy};
use crate::handler::{EventNames, Handler, Handlers, States, registry};
use crate::inbox::{Inbox, MemoryInbox};
#[cfg(feature = "polling")]
use crate::reconcile::Timing;
use crate::shutdown::Shutdown;
use crate::source::Source;

/// Builds a [`Listener`]: from [`Coin::listener`](crate::Coin::listener) or
/// [`ApiManager::listener`](crate::ApiManager::listener).
///
#[cfg_attr(feature = "webhook", doc = "```no_run")]
#[cfg_attr(not(feature = "webhook"), doc = "```ignore")]
/// # use bitcart_events::Coin;
/// # #[derive(Default)] struct Orders;
/// # async fn f() -> bitcart_events::Result<()> {
/// let btc = Coin::btc("xpub…");
/// btc.listener().state(Orders::default()).webhook().await
/// # }
/// ```
#[must_use = "a listener has to be built or started"]
pub struct ListenerBuilder {
    source: Source,
    states: States,
    registry: bool,
    handlers: Vec<Handler>,
    expected: Vec<String>,
    limits: Limits,
    pub(super) policy: Policy,
    pub(super) inbox: Option<Arc<dyn Inbox>>,
    shutdown: Shutdown,
    #[cfg(feature = "webhook")]
    webhook: WebhookSettings,
    #[cfg(feature = "websocket")]
    pub(crate) on_reconnect: Option<Hook>,
    #[cfg(feature = "polling")]
    pub(crate) timing: Timing,
}

impl ListenerBuilder {
    pub(crate) fn new(source: Source) -> Self {
        Self {
            source,
            states: States::default(),
            registry: true,
            handlers: Vec::new(),
            expected: Vec::new(),
            limits: Limits::default(),
            policy: Policy::default(),
            inbox: None,
            shutdown: Shutdown::default(),
            #[cfg(feature = "webhook")]
            webhook: WebhookSettings::default(),
            #[cfg(feature = "websocket")]
            on_reconnect: None,
            #[cfg(feature = "polling")]
            timing: Timing::default(),
        }
    }

    /// Gives a value that handlers can ask for as `State<T>`. A second one of the same type takes its place.
    pub fn state<T: Send + Sync + 'static>(self, value: T) -> Self {
        self.shared_state(Arc::new(value))
    }

    /// [`state`](Self::state), for a value that is shared already.
    pub fn shared_state<T: Send + Sync + 'static>(mut self, value: Arc<T>) -> Self {
        self.states.insert(value);
        self
    }

    /// Takes these handlers too, by the paths of their functions. Unlike those that are added to a
    /// [`Coin`](crate::Coin), they stand beside the registered ones, and two for one event are an error.
    pub fn handlers(mut self, handlers: Handlers) -> Self {
        self.handlers.append(&mut handlers.into_handlers());
        self
    }

    /// Leaves out the handlers that registered themselves: for tests, and for several listeners in one program.
    pub fn without_registry(mut self) -> Self {
        self.registry = false;
        self
    }

    /// Refuses to start unless each of these events has a handler.
    ///
    /// A library crate that is only named in `Cargo.toml` registers nothing, because the linker leaves it out; this
    /// notices it.
    pub fn expect_events(mut self, events: impl EventNames) -> Self {
        self.expected.extend(events.names().into_iter().map(str::to_owned));
        self
    }

    /// How many updates are handled at the same time, each in a lane of its own. 64 unless set; at least 1.
    pub fn concurrency(mut self, updates: usize) -> Self {
        self.limits.running = updates.clamp(1, MOST);
        self
    }

    /// How many updates may wait for their handlers. 32,768 unless set, which is some 30 MB when they all wait; at least 1.
    ///
    /// With an inbox in a file, what finds no room waits there; of that up to 64 are in memory besides while those with a place wait
    /// for them. It waits in the order in which it came: when all places are taken by events of a wallet whose handler does not
    /// end, others wait with them, which a [time limit](Self::time_limit) keeps short.
    ///
    /// With one in memory a wallet may take as many as there are places left, so a slow handler leaves at least half of them to
    /// other wallets. A webhook that finds no room is refused, which leaves the event with the daemon; what a
    /// websocket brings is fetched from the daemon's queue later, which holds the last 100 events of a wallet; and
    /// `process_updates` waits.
    pub fn capacity(mut self, updates: usize) -> Self {
        self.limits.waiting = updates.clamp(1, MOST);
        self
    }

    /// Shuts down when this future is ready, instead of at Ctrl-C or SIGTERM: whichever delivery the listener runs, and in an
    /// application with its own server what [`Listener::configure_webhook`] started. It is used once; a delivery started later stops at
    /// Ctrl-C or SIGTERM.
    pub fn shutdown_on(mut self, signal: impl Future<Output = ()> + Send + 'static) -> Self {
        self.shutdown.on(signal);
        self
    }

    /// How long a shutdown waits for handlers that are at work. 30 s unless set. Where Ctrl-C or SIGTERM began it, another one ends
    /// it at once.
    ///
    /// A handler that blocks its thread, as a `blocking` one may, cannot be stopped. A tokio runtime waits for a `blocking` one when it ends, so
    /// `main` does not return before it does: end the program with [`std::process::exit`], or the runtime with
    /// [`Runtime::shutdown_timeout`](tokio::runtime::Runtime::shutdown_timeout).
    pub fn shutdown_deadline(mut self, deadline: Duration) -> Self {
        self.shutdown.deadline = deadline;
        self
    }

    /// Where and how to listen for webhooks.
    #[cfg(feature = "webhook")]
    pub fn webhook_settings(mut self, settings: WebhookSettings) -> Self {
        self.webhook = settings;
        self
    }

    /// Checks the handlers and builds the listener.
    ///
    /// # Errors
    /// When two handlers are for one event, a state is missing, a handler asks for an `InboxTx` of an inbox that has none, an event of
    /// one's own is described twice, or an expected event has no handler: one error of the kind [`Handlers`](crate::ErrorKind::Handlers) that
    /// lists them all, each with file and line.
    ///
    /// When another listener has the inbox, or it is only attached ([`Inbox`](crate::ErrorKind::Inbox)); when the webhook's secret is not one, or a
    /// wallet has an empty key ([`Settings`](crate::ErrorKind::Settings)).
    pub fn build(mut self) -> Result<Listener> {
        let mut handlers = if self.registry { registry() } else { Vec::new() };
        handlers.append(&mut self.handlers);
        let (routes, duplicates) = checks::routes(&handlers);
        handlers.append(&mut self.source.added());
        let inbox = self.inbox.unwrap_or_else(|| Arc::new(MemoryInbox::new()));
        checks::check_wallets(&self.source)?;
        checks::check(&duplicates, &handlers, &self.states, &*inbox, &self.expected)?;
        inbox.take()?;
        if handlers.is_empty() {
            tracing::warn!("there is no handler yet; {}", checks::UNLINKED);
        }
        if matches!(&self.source, Source::Manager(manager) if manager.coins().is_empty()) {
            tracing::warn!("there is no wallet yet: nothing comes before `add_wallet` names one");
        }
        for handler in &handlers {
            let info = handler.info();
            tracing::info!(event = %info.event, handler = info.name, at = %format_args!("{}:{}", info.file, info.line), "handler");
        }
        let dispatcher = Dispatcher::new(routes, self.states, self.limits, self.policy, inbox);
        #[cfg(feature = "polling")]
        let dispatcher = dispatcher.comparing(self.timing);
        let parts = ListenerParts {
            dispatcher: Arc::new(dispatcher),
            shutdown: self.shutdown,
            #[cfg(feature = "webhook")]
            webhook: Arc::new(Receiver::new(self.webhook)?),
            #[cfg(feature = "websocket")]
            on_reconnect: self.on_reconnect,
            #[cfg(feature = "websocket")]
            memory: Arc::default(),
        };
        Ok(Listener { source: self.source, parts: Arc::new(parts) })
    }
}

/// More than a semaphore takes would be no bound.
const MOST: usize = 1 << 24;

impl fmt::Debug for ListenerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListenerBuilder").field("limits", &self.limits).finish_non_exhaustive()
    }
}
