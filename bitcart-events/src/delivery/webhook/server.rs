//! Our own server: time limits for headers and idle connections, and a cap on connections, which `axum::serve` does
//! not have.

use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::app::Asked;
use super::idle::Idle;
use super::registrar::Registrar;
use super::seldom::until;
use super::settings::Base;
use crate::client::without_login;
use crate::runtime::runtime;
use crate::{Error, ErrorKind, Listener, Result};

/// A webhook server that has its address and does not serve yet.
///
/// ```no_run
/// # use bitcart_events::{Coin, WebhookSettings};
/// # async fn f() -> bitcart_events::Result<()> {
/// let settings = WebhookSettings::default().addr(([127, 0, 0, 1], 0));
/// let server = Coin::btc("xpub…").listener().webhook_settings(settings).build()?.bind_webhook().await?;
/// println!("listening on {}", server.local_addr());
/// server.run().await
/// # }
/// ```
pub struct WebhookServer {
    listener: Listener,
    socket: TcpListener,
    local_addr: SocketAddr,
    /// What the daemons are told, without the secret.
    base: String,
    url: String,
}

/// How long connections get to send their last answer once every handler is done.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

impl WebhookServer {
    pub(super) async fn bind(listener: Listener) -> Result<Self> {
        runtime()?;
        listener.parts.dispatcher.check_open()?;
        let receiver = &listener.parts.webhook;
        let wanted = receiver.settings.addr;
        if receiver.secret.is_none() && !wanted.ip().is_loopback() {
            let message = format!(
                "refusing to listen on {wanted} without a secret: whoever reaches it could forge a payment; \
                 set a secret, or listen on 127.0.0.1"
            );
            return Err(Error::new(ErrorKind::Settings, message));
        }
        let cannot = |error: std::io::Error| {
            let message = format!(
                "cannot listen on {wanted}; choose another address with BITCART_WEBHOOK_ADDR or `WebhookSettings::addr`"
            );
            Error::new(ErrorKind::Listen, message).because(error)
        };
        let socket = TcpListener::bind(wanted).await.map_err(cannot)?;
        let local_addr = socket.local_addr().map_err(cannot)?;
        let base = receiver.settings.url.clone().map_or_else(|| reachable(local_addr), |Base(url)| url);
        let url = receiver.url(&base)?;
        Ok(Self { listener, socket, local_addr, base, url })
    }

    /// The address that it listens on.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// What the daemons are told. It ends with the secret: do not log it.
    #[must_use]
    pub fn secret_url(&self) -> &str {
        &self.url
    }

    /// Serves until it is told to stop; see [`Listener::webhook`].
    ///
    /// # Errors
    /// As there.
    pub async fn run(self) -> Result<()> {
        let Self { listener, socket, local_addr, base, url } = self;
        tracing::info!("listening for webhooks on {local_addr}");
        let base = without_login(&base);
        if local_addr.ip().is_unspecified() && listener.parts.webhook.settings.url.is_none() {
            tracing::warn!(
                "the daemons are told {base}; if one runs elsewhere, set BITCART_WEBHOOK_URL to how it reaches us"
            );
        } else {
            let secret = if listener.parts.webhook.secret.is_some() {
                "with the secret behind it"
            } else {
                "without a secret"
            };
            tracing::info!("the daemons are told {base}, {secret}");
        }
        let registrar = Registrar::start(&listener, url)?;
        let connections = TaskTracker::new();
        let settings = &listener.parts.webhook.settings;
        let server = Server {
            listener: listener.clone(),
            header_timeout: settings.header_timeout,
            places: Arc::new(Semaphore::new(settings.connections)),
            // Whoever drops this future stops the server too.
            stop: registrar.crew.stop_token(),
            running: connections.token(),
        };
        // In a box: see `Orders::spawn`.
        tokio::spawn(server.accept(socket).boxed());
        let ended = listener.run(registrar.crew).await;
        connections.close();
        // Connections that do not close by now are dropped with the runtime.
        let _ = tokio::time::timeout(LAST_ANSWERS, connections.wait()).await;
        ended
    }
}

/// Shows the address; the URL ends with the secret.
impl fmt::Debug for WebhookServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookServer").field("local_addr", &self.local_addr).finish_non_exhaustive()
    }
}

/// An address that a daemon on the same machine can post to.
fn reachable(addr: SocketAddr) -> String {
    if addr.ip().is_unspecified() {
        format!("http://localhost:{}", addr.port())
    } else {
        format!("http://{addr}")
    }
}

struct Server {
    listener: Listener,
    header_timeout: Duration,
    places: Arc<Semaphore>,
    stop: CancellationToken,
    /// Whoever has one like it is waited for.
    running: TaskTrackerToken,
}

/// What the requests of a connection share.
struct Client {
    listener: Listener,
    idle: Idle,
}

impl Server {
    async fn accept(self, socket: TcpListener) {
        loop {
            // It stops when it is told to, also while every place is taken: nobody else has the address before.
            let (mut place, mut accepted) = (None, None);
            let next = async {
                place = Arc::clone(&self.places).acquire_owned().await.ok();
                accepted = Some(socket.accept().await);
            };
            self.stop.run_until_cancelled(next.boxed()).await;
            // The places are never closed.
            let (Some(place), Some(accepted)) = (place, accepted) else { return };
            match accepted {
                Ok((stream, _)) => {
                    // In a box: see `Orders::spawn`.
                    tokio::spawn(self.serve(stream, place).boxed());
                }
                Err(error) => {
                    // Too many open files, for one: wait for some to be closed.
                    tracing::warn!("cannot accept a connection: {error}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    fn serve(&self, stream: TcpStream, place: OwnedSemaphorePermit) -> impl Future<Output = ()> + use<> {
        let (stop, limit) = (self.stop.clone(), self.header_timeout);
        let held = (place, self.running.clone());
        let client = Arc::new(Client { listener: self.listener.clone(), idle: Idle::new() });
        let it = Arc::clone(&client);
        let service = service_fn(move |request| {
            it.idle.ends();
            let (client, asked) = (Arc::clone(&it), Asked::of(&it.listener, request));
            async move {
                let answer = asked.answer(&client.listener).await;
                client.idle.begins();
                Ok::<_, Infallible>(answer)
            }
        });
        // A client that takes none of its answers has its connection only for so long: hyper would wait for it without end.
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(limit));
        let connection = http1::Builder::new()
            // An answer is a few bytes: to copy them behind its head is cheaper than to send a list of two pieces.
            .writev(false)
            // Who has sent all that he will is answered too. So with each request nobody looks whether its client goes away, for
            // which hyper finds a new buffer: what it has posted is handled in any case, and it keeps its place until then.
            .half_close(true)
            .serve_connection(TokioIo::new(Box::pin(stream)), service);
        async move {
            let _held = held;
            let mut connection = pin!(connection);
            let is_idle = || client.idle.lasts(limit).boxed();
            let is_over = async {
                stop.run_until_cancelled(is_idle()).await;
            };
            let mut ended = until(is_over.boxed(), connection.as_mut()).await;
            if ended.is_none() && stop.is_cancelled() {
                connection.as_mut().graceful_shutdown();
                ended = until(is_idle(), connection).await;
            }
            let why = match ended {
                Some(Ok(())) => return,
                Some(Err(error)) => format!("ended: {error}"),
                None => format!("was idle for {limit:?}"),
            };
            tracing::debug!("a connection {why}");
        }
    }
}
