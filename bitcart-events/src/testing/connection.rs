//! A connection whose end, and whose silence, the test decides.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// What the connections of one process have in common.
#[derive(Debug)]
pub(super) struct Gate {
    /// Cancelled when the process is killed.
    pub(super) killed: CancellationToken,
    silence: Mutex<Silence>,
    /// How many there are.
    open: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Silence {
    /// Cancelled when the connections made so far go silent; those made later have another.
    fallen: CancellationToken,
    /// Sockets of silent connections that the server has done with: closing them would be heard.
    kept: Vec<TcpStream>,
}

impl Gate {
    pub(super) fn new(killed: CancellationToken) -> Arc<Self> {
        Arc::new(Self { killed, silence: Mutex::default(), open: watch::Sender::default() })
    }

    /// Makes every connection there is now silent.
    pub(super) fn silence(&self) {
        let mut silence = self.silence.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut silence.fallen).cancel();
    }

    fn fallen(&self) -> CancellationToken {
        self.silence.lock().unwrap_or_else(PoisonError::into_inner).fallen.clone()
    }

    fn keep(&self, stream: TcpStream) {
        self.silence.lock().unwrap_or_else(PoisonError::into_inner).kept.push(stream);
    }

    /// Waits until there is no connection.
    pub(super) async fn until_alone(&self) {
        // The sender is ours, so this has no other end.
        let _ = self.open.subscribe().wait_for(|open| *open == 0).await;
    }

    /// Lets go of what was kept.
    pub(super) fn clear(&self) {
        self.silence.lock().unwrap_or_else(PoisonError::into_inner).kept.clear();
    }
}

/// A connection that breaks off when its process is killed. The server would only ask it to end in good
/// order, which one that is waiting for a request never does.
pub(super) struct Connection {
    /// There until it is dropped.
    stream: Option<TcpStream>,
    killed: Pin<Box<WaitForCancellationFutureOwned>>,
    silent: CancellationToken,
    fallen: Pin<Box<WaitForCancellationFutureOwned>>,
    gate: Arc<Gate>,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, gate: Arc<Gate>) -> Self {
        gate.open.send_modify(|open| *open += 1);
        let killed = Box::pin(gate.killed.clone().cancelled_owned());
        let silent = gate.fallen();
        let fallen = Box::pin(silent.clone().cancelled_owned());
        Self { stream: Some(stream), killed, silent, fallen, gate }
    }

    /// The stream, unless it is silent. Fails once the process is dead, and wakes the task when either
    /// happens.
    fn live(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<Pin<&mut TcpStream>>>> {
        if self.killed.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let silent = self.fallen.as_mut().poll(cx).is_ready();
        Poll::Ready(Ok(self.stream.as_mut().filter(|_| !silent).map(Pin::new)))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match ready!(self.live(cx))? {
            Some(stream) => stream.poll_read(cx, buf),
            None => Poll::Pending,
        }
    }
}

/// Who writes into silence does not notice, as into a socket whose other end is gone without a word.
impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match ready!(self.live(cx))? {
            Some(stream) => stream.poll_write(cx, bytes),
            None => Poll::Ready(Ok(bytes.len())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match ready!(self.live(cx))? {
            Some(stream) => stream.poll_flush(cx),
            None => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match ready!(self.live(cx))? {
            Some(stream) => stream.poll_shutdown(cx),
            None => Poll::Ready(Ok(())),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.silent.is_cancelled() && !self.gate.killed.is_cancelled() {
            self.stream.take().into_iter().for_each(|stream| self.gate.keep(stream));
        }
        self.gate.open.send_modify(|open| *open = open.saturating_sub(1));
    }
}
