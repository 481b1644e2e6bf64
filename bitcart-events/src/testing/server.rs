//! The daemon's process as the network sees it: a port that listens, is killed, and listens again.

use std::future::IntoFuture;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::daemon::Daemon;
use super::http;

/// As many connections as may wait to be accepted.
const BACKLOG: u32 = 1024;

#[derive(Debug)]
pub(super) struct Server {
    address: SocketAddr,
    /// Cancelled when the last handle goes: ends whatever process runs then.
    alive: CancellationToken,
    process: Mutex<Process>,
}

#[derive(Debug)]
enum Process {
    Up {
        accepting: JoinHandle<()>,
    },
    /// The socket is bound but does not listen: connections are refused, and nobody else can take the port.
    Down {
        held: Option<TcpSocket>,
    },
}

impl Server {
    /// Takes a free port of the loopback interface; nothing listens yet.
    pub(super) fn bind(alive: CancellationToken) -> io::Result<Self> {
        let held = bind((Ipv4Addr::LOCALHOST, 0).into())?;
        Ok(Self {
            address: held.local_addr()?,
            alive,
            process: Mutex::new(Process::Down { held: Some(held) }),
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Starts the process; one that runs already is left alone.
    pub(super) async fn start(&self, daemon: &Arc<Daemon>) -> io::Result<()> {
        let mut process = self.process.lock().await;
        if let Process::Down { held } = &mut *process {
            let socket = held.take().map_or_else(|| bind(self.address), Ok)?;
            let listener = socket.listen(BACKLOG)?;
            let killed = self.alive.child_token();
            daemon.boot(killed.clone());
            let serving =
                axum::serve(Connections { listener, killed: killed.clone() }, http::service(daemon.clone()));
            let accepting = tokio::spawn(async move {
                // Serving has no end of its own, so only the kill ends it.
                let _ = killed.run_until_cancelled(serving.into_future()).await;
            });
            *process = Process::Up { accepting };
        }
        Ok(())
    }

    /// Kills the process; once this returns, connections are refused.
    pub(super) async fn stop(&self, daemon: &Daemon) {
        let mut process = self.process.lock().await;
        if let Process::Up { accepting } = &mut *process {
            daemon.kill();
            // An error could only be a panic in there, and the listener is gone then too.
            let _ = accepting.await;
            *process = Process::Down { held: bind(self.address).ok() };
        }
    }
}

/// Binds with `SO_REUSEADDR`, so that the remains of connections do not keep the port from its own daemon.
fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Accepts connections that die with the process.
struct Connections {
    listener: TcpListener,
    killed: CancellationToken,
}

impl Listener for Connections {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, peer) = Listener::accept(&mut self.listener).await;
        (Connection { stream, killed: Box::pin(self.killed.clone().cancelled_owned()) }, peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that breaks off when its process is killed. The server would only ask it to end in good
/// order, which one that is waiting for a request never does.
struct Connection {
    stream: TcpStream,
    killed: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Connection {
    /// Fails once the process is dead, and wakes the task when that happens.
    fn still_alive(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match self.killed.as_mut().poll(cx) {
            Poll::Pending => Ok(()),
            Poll::Ready(()) => Err(io::ErrorKind::ConnectionAborted.into()),
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.still_alive(cx)?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.still_alive(cx)?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
