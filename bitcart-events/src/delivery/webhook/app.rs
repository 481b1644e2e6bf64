//! The routes: from a POST to accepted updates.

use std::fmt::Display;
use std::pin::pin;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use axum::routing::post;
use bytes::Bytes;
use hyper::body::Incoming;

use super::answer::Answer;
use super::body::{self, NoBody};
use crate::{Error, ErrorKind, Listener, Result, intake, json};

/// The routes that can be nested anywhere.
pub(super) fn router<S: Clone + Send + Sync + 'static>(listener: &Listener) -> Router<S> {
    let router = if listener.parts.webhook.secret.is_some() {
        Router::new().route("/{secret}", post(with_secret)).route("/", post(astray))
    } else {
        Router::new().route("/", post(without_secret))
    };
    router.with_state(listener.clone())
}

/// What our own server is asked for. It takes what the routes would, and refuses a POST anywhere else too, because that may come
/// from a daemon that was told another path before a restart. The routes themselves are left to those who nest them: a program
/// without them is smaller, and their way is as long as that of an event.
pub(super) enum Asked {
    Post(Posted<Incoming>),
    Astray,
    /// Anything but a POST.
    Other,
    Elsewhere,
}

impl Asked {
    pub(super) fn of(listener: &Listener, request: Request<Incoming>) -> Self {
        let expected = &listener.parts.webhook.secret;
        let path = request.uri().path();
        let is_right = match expected {
            // A reverse proxy may leave the path of the daemons' address before it.
            Some(secret) => secret.is(last_segment(path)),
            None => path == "/",
        };
        let is_here = path == "/" || (expected.is_some() && path.rfind('/') == Some(0));
        match *request.method() {
            Method::POST if is_right => Self::Post(request.into()),
            Method::POST => Self::Astray,
            _ if is_here => Self::Other,
            _ => Self::Elsewhere,
        }
    }

    /// In a task of our own there is nothing else to do than to wait for handlers.
    pub(super) async fn answer(self, listener: &Listener) -> Response<Answer> {
        match self {
            Self::Post(posted) => receive(listener, posted, true).await,
            Self::Astray => stray(listener),
            Self::Other => only_post(),
            Self::Elsewhere => json(StatusCode::NOT_FOUND, "{}"),
        }
    }
}

/// What is of interest of a POST: its head is large, and would be moved from one future to the next.
pub(super) struct Posted<B> {
    content_type: std::result::Result<(), String>,
    body: B,
}

impl<B> From<Request<B>> for Posted<B> {
    fn from(request: Request<B>) -> Self {
        Self { content_type: check_content_type(request.headers()), body: request.into_body() }
    }
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// What axum's routes say to whoever does not post.
fn only_post() -> Response<Answer> {
    let mut response = Response::new(Answer::empty());
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    response
}

/// The routes of a listener that could not be built.
pub(super) fn refusing<S: Clone + Send + Sync + 'static>(error: &Error) -> Router<S> {
    tracing::error!("the webhook refuses everything: {error}");
    let close = || async { refuse().map(Body::new) };
    Router::new().route("/", post(close)).route("/{secret}", post(close))
}

/// The secret is the last segment, compared as it stands in the request: nothing of the path can be wrong before.
async fn with_secret(State(listener): State<Listener>, request: Request) -> Response<Body> {
    let last = last_segment(request.uri().path());
    let answer = match &listener.parts.webhook.secret {
        Some(expected) if !expected.is(last) => stray(&listener),
        _ => receive(&listener, request.into(), false).await,
    };
    answer.map(Body::new)
}

async fn without_secret(State(listener): State<Listener>, request: Request) -> Response<Body> {
    receive(&listener, request.into(), false).await.map(Body::new)
}

async fn astray(State(listener): State<Listener>) -> Response<Body> {
    stray(&listener).map(Body::new)
}

/// A POST that is for somebody else, or for nobody.
fn stray(listener: &Listener) -> Response<Answer> {
    listener.parts.webhook.astray();
    refuse()
}

/// In a task `of_ours` there is nothing else to do than to wait for handlers.
async fn receive<B>(listener: &Listener, posted: Posted<B>, of_ours: bool) -> Response<Answer>
where
    B: HttpBody<Data = Bytes, Error: Display> + Send,
{
    if let Err(problem) = posted.content_type {
        return answer(StatusCode::UNSUPPORTED_MEDIA_TYPE, &problem);
    }
    let settings = &listener.parts.webhook.settings;
    let body = match body::read(posted.body, settings).await {
        Ok(body) => body,
        Err(NoBody::TooLarge) => {
            let problem = format!("the body is larger than {} bytes", settings.body_limit);
            return answer(StatusCode::PAYLOAD_TOO_LARGE, &problem);
        }
        Err(NoBody::Broken(reason)) => {
            listener.parts.webhook.refused(&reason);
            return refuse();
        }
    };
    let Ok(text) = std::str::from_utf8(&body) else {
        return answer(StatusCode::BAD_REQUEST, "the body should be JSON in UTF-8");
    };
    match accept(listener, text, of_ours).await {
        Ok(()) => json(StatusCode::OK, "{}"),
        Err(error) if error.kind() == ErrorKind::NotUpdates => {
            answer(StatusCode::BAD_REQUEST, &error.to_string())
        }
        Err(error) => {
            listener.parts.webhook.refused(&error.to_string());
            refuse()
        }
    }
}

/// Accepts a body, and waits until it is stored; where nothing stores it, for its handlers, as long as an answer may take.
/// An error means that the body was not accepted, or was given up at a shutdown: then the daemon should keep it.
async fn accept(Listener { source, parts }: &Listener, text: &str, lends: bool) -> Result<()> {
    let parcel =
        intake::read_object(text).map_err(|error| Error::new(ErrorKind::NotUpdates, error.to_string()))?;
    let mut ticket = parts.dispatcher.try_accept(source, &text.into(), parcel, lends)?;
    if parts.dispatcher.is_durable() {
        return ticket.stored().await;
    }
    let mut dealt_with = None;
    let wait = async { dealt_with = Some(ticket.dealt_with().await) };
    body::within(parts.webhook.settings.answer_within, pin!(wait)).await;
    dealt_with.unwrap_or_else(|| {
        tracing::warn!("answered a webhook while its handlers are still at work");
        Ok(())
    })
}

/// Only JSON in UTF-8: a web page can make a browser post anything else to localhost without being asked.
fn check_content_type(headers: &HeaderMap) -> std::result::Result<(), String> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|given| given.to_str().ok()).unwrap_or_default();
    if given == "application/json" {
        return Ok(());
    }
    let mut parts = given.split(';');
    let media_type = parts.next().unwrap_or_default().trim();
    let mut is_right = media_type.eq_ignore_ascii_case("application/json");
    for parameter in parts {
        if let Some((name, value)) = parameter.trim().split_once('=')
            && name.eq_ignore_ascii_case("charset")
        {
            is_right &= value.trim_matches('"').eq_ignore_ascii_case("utf-8");
        }
    }
    if is_right {
        return Ok(());
    }
    let given = if given.is_empty() { "none" } else { given };
    Err(format!("the content type should be application/json in UTF-8, but is {given}"))
}

/// A daemon takes any answer for a delivery, so every refusal by an answer is logged.
fn answer(status: StatusCode, problem: &str) -> Response<Answer> {
    tracing::warn!(%status, "refused a request: {problem}");
    json(status, json::text(&json::object(&mut [("error", problem.into())])))
}

fn json(status: StatusCode, text: impl Into<Bytes>) -> Response<Answer> {
    let mut response = Response::new(Answer::text(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Closes the connection without an answer.
fn refuse() -> Response<Answer> {
    Response::new(Answer::refused())
}
