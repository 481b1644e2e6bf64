//! When to stop, and how long to wait for what is at work.

use std::fmt;
use std::future::Future;
#[cfg(feature = "polling")]
use std::mem::replace;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[cfg(feature = "polling")]
use futures_util::FutureExt;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
#[cfg(feature = "polling")]
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::{Error, ErrorKind, Result};

/// Longer than anybody waits, and not too far away for a clock.
pub(crate) const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

pub(crate) type Signal = Pin<Box<dyn Future<Output = ()> + Send>>;

/// When a listener stops.
#[derive(Clone)]
pub(crate) struct Shutdown {
    shared: Arc<Mutex<Shared>>,
    pub(crate) deadline: Duration,
    /// Somebody has called `shut_down`.
    called: CancellationToken,
    /// Counts the deliveries that run.
    running: TaskTracker,
}

#[derive(Default)]
struct Shared {
    signal: Option<Signal>,
    /// Whether a delivery runs: `get_updates` can have one reader.
    #[cfg(feature = "polling")]
    is_busy: bool,
    /// The tasks of the last delivery.
    #[cfg(feature = "polling")]
    last: Option<TaskTracker>,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self {
            shared: Arc::default(),
            deadline: Duration::from_secs(30),
            called: CancellationToken::new(),
            running: TaskTracker::new(),
        }
    }
}

impl Shutdown {
    pub(crate) fn on(&mut self, signal: impl Future<Output = ()> + Send + 'static) {
        lock(&self.shared).signal = Some(Box::pin(signal));
    }

    /// The user's own signal, for whoever asks first.
    #[cfg(feature = "polling")]
    pub(crate) fn take_signal(&self) -> Option<Signal> {
        lock(&self.shared).signal.take()
    }

    /// Ready when it is time to stop: the user's own signal, or else Ctrl-C or SIGTERM, or a call of `shut_down`.
    #[cfg(feature = "polling")]
    pub(crate) async fn requested(&self) -> Request {
        let mut request = Request::Own;
        let signal = async {
            match self.take_signal() {
                Some(signal) => signal.await,
                None => {
                    operating_system().await;
                    request = Request::System;
                }
            }
        };
        self.called.run_until_cancelled(signal.boxed()).await;
        request
    }

    /// Ready when `shut_down` has been called.
    #[cfg(feature = "webhook")]
    pub(crate) async fn called(&self) {
        self.called.cancelled().await;
    }

    /// Whether `shut_down` has been called.
    #[cfg(feature = "webhook")]
    pub(crate) fn is_called(&self) -> bool {
        self.called.is_cancelled()
    }

    /// The only delivery, until what is returned is dropped; `None` if there is one.
    #[cfg(feature = "polling")]
    pub(crate) fn occupy(&self) -> Option<Occupied> {
        let was_busy = replace(&mut lock(&self.shared).is_busy, true);
        (!was_busy).then(|| Occupied(Arc::clone(&self.shared)))
    }

    /// The tasks of the delivery before these. They may not have ended: whoever drops a delivery does not wait for them.
    #[cfg(feature = "polling")]
    pub(crate) fn relieve(&self, tasks: &TaskTracker) -> Option<TaskTracker> {
        lock(&self.shared).last.replace(tasks.clone())
    }

    /// Something of a delivery runs until what is returned is dropped.
    #[cfg(feature = "polling")]
    pub(crate) fn running(&self) -> TaskTrackerToken {
        self.running.token()
    }

    /// When a shutdown that begins now has to have ended.
    pub(crate) fn ends_at(&self) -> Instant {
        Instant::now() + self.deadline.min(YEAR)
    }

    /// Has the deliveries stop, and waits for them. An error means that one of them was not done by then.
    pub(crate) async fn call(&self, deadline: Instant) -> Result<()> {
        self.called.cancel();
        self.running.close();
        tokio::time::timeout_at(deadline, self.running.wait()).await.map_err(|_| unanswered())
    }
}

/// Who wants it to stop.
#[cfg(feature = "polling")]
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Request {
    /// The program.
    Own,
    /// The operating system, or whoever sits before it.
    System,
}

#[cfg(feature = "polling")]
impl Request {
    /// Ready when he does not want to wait any longer.
    pub(crate) async fn again(self) {
        match self {
            Self::Own => std::future::pending().await,
            Self::System => operating_system().await,
        }
    }
}

/// The right to be the only delivery.
#[cfg(feature = "polling")]
pub(crate) struct Occupied(Arc<Mutex<Shared>>);

#[cfg(feature = "polling")]
impl Drop for Occupied {
    fn drop(&mut self) {
        lock(&self.0).is_busy = false;
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn unanswered() -> Error {
    let message = "the graceful shutdown was over, by its deadline or another Ctrl-C, before a daemon had answered: updates in its answer would be lost";
    Error::new(ErrorKind::Shutdown, message)
}

/// Ctrl-C, or SIGTERM where there is one. A signal that cannot be listened for never comes, and that is said.
#[cfg(feature = "polling")]
async fn operating_system() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::SignalKind;
        tokio::select! {
            () = signal("Ctrl-C", SignalKind::interrupt()) => {}
            () = signal("SIGTERM", SignalKind::terminate()) => {}
        }
    }
    #[cfg(not(unix))]
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::warn!("cannot listen for Ctrl-C: {error}");
        std::future::pending::<()>().await;
    }
}

#[cfg(all(unix, feature = "polling"))]
async fn signal(name: &str, kind: tokio::signal::unix::SignalKind) {
    match tokio::signal::unix::signal(kind) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(error) => {
            tracing::warn!("cannot listen for {name}: {error}");
            std::future::pending::<()>().await;
        }
    }
}

impl fmt::Debug for Shutdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shutdown(within {:?})", self.deadline)
    }
}
