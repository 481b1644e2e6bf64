//! A listener: whose events, which handlers, with which states.

mod builder;
mod checks;
mod handling;

use std::fmt;
use std::sync::Arc;

pub use builder::ListenerBuilder;

#[cfg(feature = "webhook")]
use crate::delivery::webhook::Receiver;
#[cfg(feature = "websocket")]
use crate::delivery::websocket::{Hook, Memory};
use crate::dispatch::Dispatcher;
use crate::inbox::{DeadLetters, Inbox};
use crate::shutdown::Shutdown;
use crate::source::Source;
use crate::updates::Updates;
use crate::{Error, ErrorKind, Report, Result, intake};

/// Checked handlers, with the wallets whose events they get. Cheap to clone: clones are the same listener.
#[derive(Clone)]
pub struct Listener {
    pub(crate) source: Source,
    pub(crate) parts: Arc<ListenerParts>,
}

/// A listener without its source, so that a coin can keep one without keeping itself.
pub(crate) struct ListenerParts {
    pub(crate) dispatcher: Arc<Dispatcher>,
    pub(crate) shutdown: Shutdown,
    #[cfg(feature = "webhook")]
    pub(crate) webhook: Arc<Receiver>,
    #[cfg(feature = "websocket")]
    pub(crate) on_reconnect: Option<Hook>,
    #[cfg(feature = "websocket")]
    pub(crate) memory: Arc<Memory>,
}

impl Listener {
    pub(crate) fn from_parts(source: Source, parts: Arc<ListenerParts>) -> Self {
        Self { source, parts }
    }

    pub(crate) fn into_parts(self) -> Arc<ListenerParts> {
        self.parts
    }

    /// Passes updates to the handlers, as if the daemon had sent them, and waits for the handlers.
    ///
    /// `updates` is JSON: a list of updates as `get_updates` answers it, or an envelope as a webhook carries it
    /// (`{"updates": […], "wallet": …, "currency": …}`), as text, bytes, or a `serde_json::Value`. A manager needs
    /// the envelope, because a plain list does not say whose it is. A bare event, `{"event": "new_block", "height": 1}`, is taken too.
    ///
    /// A height of a currency and a transaction of a wallet are delivered once: what was delivered before is
    /// listed in [`Report::repeated`].
    ///
    /// A handler cannot wait for it, because it waits for handlers: its own listener's is an error there. In a task that the handler spawns
    /// and waits for, that is not noticed, and both wait for each other: nobody may wait for such a task. `instance.process_updates(…)` in a
    /// handler goes to the coin's own listener, which has none of your listener's states, inbox and order.
    ///
    /// # Errors
    /// When it is no list of updates, when it is called from inside a handler of this listener, outside a tokio
    /// runtime, or during a shutdown. A bad update in the list is not an error: it is in the [`Report`].
    pub async fn process_updates(&self, updates: impl Updates) -> Result<Report> {
        self.parts.dispatcher.check_caller("`process_updates`")?;
        let body = updates.into_text()?;
        let parcel =
            intake::read_any(&body).map_err(|error| Error::new(ErrorKind::NotUpdates, error.to_string()))?;
        self.parts.dispatcher.accept(&self.source, &body, parcel).await?.report().await
    }

    /// The inbox that accepted events stand in: to ask how much is in it, and for its dead letters.
    ///
    /// ```
    /// # use bitcart_events::Coin;
    /// # use bitcart_events::inbox::{DeadLetters, Inbox};
    /// # async fn f() -> bitcart_events::Result<()> {
    /// let listener = Coin::btc("xpub…").listener().build()?;
    /// println!("{} wait", listener.inbox().stats().await?.pending);
    /// for letter in listener.inbox().dead_letters(DeadLetters::all(), 10).await? {
    ///     println!("{}: {}", letter.text, letter.error);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn inbox(&self) -> &Arc<dyn Inbox> {
        self.parts.dispatcher.inbox()
    }

    /// Has dead letters handled again, soon, as events of [origin](crate::inbox::Origin) `Replayed`; how many they were.
    /// [`dead_letters`](Inbox::dead_letters) shows beforehand which they will be.
    ///
    /// # Errors
    /// When the inbox cannot be written, and outside a tokio runtime.
    pub async fn replay(&self, which: DeadLetters) -> Result<usize> {
        let replayed = self.inbox().replay(which).await?;
        self.parts.dispatcher.look(&self.source)?;
        if replayed > 0 {
            tracing::info!("dead letters that are handled again: {replayed}");
        }
        Ok(replayed)
    }

    /// Fails if there is no handler at all, for programs in which none can be added later.
    #[cfg(feature = "polling")]
    pub(crate) fn check_handlers(&self) -> Result<()> {
        if !self.parts.dispatcher.routes().is_empty() {
            return Ok(());
        }
        let message = format!("no handler is registered: write one with `#[on(…)]`; {}", checks::UNLINKED);
        Err(Error::new(ErrorKind::Handlers, message))
    }

    /// Stops the deliveries that run, then accepting updates, and waits until those that were accepted are handled (with an
    /// inbox in a file: until what has begun is), at
    /// most for the [deadline](ListenerBuilder::shutdown_deadline).
    ///
    /// Events that wait for another attempt are not waited for. An inbox in a file keeps them; with one in memory they are lost,
    /// and so are its dead letters, which is logged and is no error.
    ///
    /// # Errors
    /// When the deadline passed first; the message says what was given up. When it is called from inside a handler of this
    /// listener, for which it would wait, and outside a tokio runtime.
    pub async fn shut_down(&self) -> Result<()> {
        self.parts.dispatcher.check_caller("`shut_down`")?;
        let deadline = self.parts.shutdown.ends_at();
        // What one of them finds out is no reason to leave the others running.
        let stopped = self.parts.shutdown.call(deadline);
        #[cfg(feature = "webhook")]
        // Called first, and only then looked for what is to be stopped: whoever starts that meanwhile sees one or the other.
        let (stopped, registered) =
            tokio::join!(biased; stopped, self.parts.webhook.stop_registering(deadline));
        #[cfg(not(feature = "webhook"))]
        let (registered, stopped) = (Ok(()), stopped.await);
        self.parts.dispatcher.shut_down(deadline).await.and(stopped).and(registered)
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut handlers = Vec::new();
        for handler in &self.parts.dispatcher.routes().handlers() {
            handlers.push(handler.info());
        }
        f.debug_struct("Listener").field("handlers", &handlers).finish_non_exhaustive()
    }
}
