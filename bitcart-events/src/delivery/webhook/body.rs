//! Reads a request's body within its limits.

use std::fmt::Display;
use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;

use axum::body::HttpBody;
use bytes::{Bytes, BytesMut};
use futures_util::future::poll_immediate;
use http_body_util::BodyExt;

use super::WebhookSettings;

/// Why there is no body.
pub(super) enum NoBody {
    /// Larger than the limit. It was read to its end or to twice the limit, so that the client reads the answer.
    TooLarge,
    /// The client was too slow or went away.
    Broken(String),
}

pub(super) async fn read<B>(body: B, settings: &WebhookSettings) -> Result<Bytes, NoBody>
where
    B: HttpBody<Data = Bytes, Error: Display> + Send,
{
    let mut all = None;
    let read = async { all = Some(read_all(body, settings.body_limit).await) };
    within(settings.body_timeout, pin!(read)).await;
    let late = || NoBody::Broken(format!("the body did not come within {:?}", settings.body_timeout));
    all.ok_or_else(late)?
}

async fn read_all<B>(body: B, limit: usize) -> Result<Bytes, NoBody>
where
    B: HttpBody<Data = Bytes, Error: Display>,
{
    let mut body = pin!(body);
    // Mostly it comes in one piece, which is not copied.
    let (mut first, mut all) = (Bytes::new(), BytesMut::new());
    let mut excess = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| NoBody::Broken(error.to_string()))?;
        let Ok(data) = frame.into_data() else { continue };
        if excess > 0 || first.len() + all.len() + data.len() > limit {
            excess += data.len();
            (first, all) = (Bytes::new(), BytesMut::new());
            if excess > limit {
                break;
            }
        } else if first.is_empty() && all.is_empty() {
            first = data;
        } else {
            all.extend_from_slice(&std::mem::take(&mut first));
            all.extend_from_slice(&data);
        }
        if body.is_end_stream() {
            break;
        }
    }
    if excess > 0 {
        return Err(NoBody::TooLarge);
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

/// Waits for what is done within a time. Mostly it is done at once, and no clock is asked.
pub(super) async fn within(limit: Duration, mut work: Pin<&mut (dyn Future<Output = ()> + Send)>) {
    if poll_immediate(work.as_mut()).await.is_none() {
        let _ = tokio::time::timeout(limit, work).await;
    }
}
