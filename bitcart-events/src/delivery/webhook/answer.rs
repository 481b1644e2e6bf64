//! The body of an answer.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::HttpBody;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

/// A text or nothing, or what closes the connection. Axum's own body is in a box, which costs as much as to read a field of an event.
pub(super) struct Answer(Option<io::Result<Bytes>>);

impl Answer {
    pub(super) fn empty() -> Self {
        Self(None)
    }

    pub(super) fn text(text: impl Into<Bytes>) -> Self {
        Self(Some(Ok(text.into())))
    }

    /// The first thing that the body yields is an error, so not even the head is sent. That holds under any server that is
    /// built on hyper, however deep the routes are nested.
    pub(super) fn refused() -> Self {
        Self(Some(Err(io::Error::new(io::ErrorKind::ConnectionAborted, "refused"))))
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Poll::Ready(self.0.take().map(|body| body.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            None => SizeHint::with_exact(0),
            Some(Ok(text)) => SizeHint::with_exact(text.len() as u64),
            Some(Err(_)) => SizeHint::default(),
        }
    }
}
