//! The daemon's process as the network sees it: a port that listens, is killed, and listens again.

use std::future::IntoFuture;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::connection::{Connection, Gate};
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
        /// Cancelled when no connection is to be accepted any more.
        closed: CancellationToken,
        gate: Arc<Gate>,
    },
    /// The socket is bound but does not listen: connections are refused, and nobody else can take the port.
    Down { held: Option<TcpSocket> },
}

/// A process that the test starts at this moment may have the old socket for as long as it takes to become another program.
async fn listen(mut held: Option<TcpSocket>, address: SocketAddr) -> io::Result<TcpListener> {
    let mut tries = TRIES;
    loop {
        let socket = held.take().map_or_else(|| bind(address), Ok);
        match socket.and_then(|socket| socket.listen(BACKLOG)) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && tries > 0 => tries -= 1,
            listening => return listening,
        }
        tokio::time::sleep(MOMENT).await;
    }
}

/// How often, and how long after one another, a port is tried that was ours a moment ago.
const TRIES: u32 = 200;
const MOMENT: Duration = Duration::from_millis(10);

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
            let listener = listen(held.take(), self.address).await?;
            let killed = self.alive.child_token();
            let closed = killed.child_token();
            let gate = Gate::new(killed.clone());
            daemon.boot(killed.clone());
            let connections = Connections { listener, gate: gate.clone(), closed: closed.clone() };
            let serving = axum::serve(connections, http::service(daemon.clone()));
            let accepting = tokio::spawn(async move {
                // Serving has no end of its own, so only the kill ends it.
                let _ = killed.run_until_cancelled(serving.into_future()).await;
            });
            *process = Process::Up { accepting, closed, gate };
        }
        Ok(())
    }

    /// Kills the process; once this returns, connections are refused.
    pub(super) async fn stop(&self, daemon: &Daemon) {
        let mut process = self.process.lock().await;
        if let Process::Up { accepting, gate, .. } = &mut *process {
            daemon.kill();
            // An error could only be a panic in there, and the listener is gone then too.
            let _ = accepting.await;
            gate.clear();
            *process = Process::Down { held: bind(self.address).ok() };
        }
    }

    /// Accepts no more connections; those there are go on.
    pub(super) async fn close(&self) {
        if let Process::Up { closed, .. } = &*self.process.lock().await {
            closed.cancel();
        }
    }

    /// Waits until nobody is connected.
    pub(super) async fn until_alone(&self) {
        let gate = match &*self.process.lock().await {
            Process::Up { gate, .. } => gate.clone(),
            Process::Down { .. } => return,
        };
        gate.until_alone().await;
    }

    /// Makes the connections of now silent.
    pub(super) async fn silence(&self) {
        if let Process::Up { gate, .. } = &*self.process.lock().await {
            gate.silence();
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
    gate: Arc<Gate>,
    closed: CancellationToken,
}

impl Listener for Connections {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let accept = Listener::accept(&mut self.listener);
        match self.closed.run_until_cancelled(accept).await {
            Some((stream, peer)) => {
                // As Python does; a connection that is gone already shows that when it is read.
                let _ = stream.set_nodelay(true);
                (Connection::new(stream, self.gate.clone()), peer)
            }
            // The kill will end this.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}
