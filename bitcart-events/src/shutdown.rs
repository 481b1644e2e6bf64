//! When to stop, and how long to wait for what is at work.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub(crate) type Signal = Pin<Box<dyn Future<Output = ()> + Send>>;

/// When a listener stops.
#[derive(Clone)]
pub(crate) struct Shutdown {
    signal: Arc<Mutex<Option<Signal>>>,
    pub(crate) deadline: Duration,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self { signal: Arc::default(), deadline: Duration::from_secs(30) }
    }
}

impl Shutdown {
    pub(crate) fn on(&mut self, signal: impl Future<Output = ()> + Send + 'static) {
        *self.signal.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::pin(signal));
    }

    /// The user's own signal, for whoever asks first.
    #[cfg(feature = "webhook")]
    pub(crate) fn take_signal(&self) -> Option<Signal> {
        self.signal.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Ready when it is time to stop: the user's own signal, or else Ctrl-C or SIGTERM.
    #[cfg(feature = "webhook")]
    pub(crate) async fn requested(&self) {
        match self.take_signal() {
            Some(signal) => signal.await,
            None => operating_system().await,
        }
    }
}

/// Ctrl-C, or SIGTERM where there is one. A signal that cannot be listened for never comes, and that is said.
#[cfg(feature = "webhook")]
async fn operating_system() {
    let interrupt = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!("cannot listen for Ctrl-C: {error}");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                tracing::warn!("cannot listen for SIGTERM: {error}");
                std::future::pending::<()>().await;
            }
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

impl fmt::Debug for Shutdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shutdown(within {:?})", self.deadline)
    }
}
