//! The HTTP side: what is served at which path, and the login.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, AUTHORIZATION, CONTENT_LENGTH, SERVER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;
use futures_util::{StreamExt, stream};

use super::daemon::Daemon;
use super::faults::HANDSHAKE;
use super::response::{text, with_type};
use super::rpc::Reply;
use super::state::State as Knowledge;
use super::{Config, DaemonVersion, base64, rpc, spec, websocket};

/// More than any call of a test.
const LONGEST_BODY: usize = 16 * 1024 * 1024;

/// Everything the daemon serves.
pub(super) fn service(daemon: Arc<Daemon>) -> Router {
    Router::new().fallback(answer).with_state(daemon)
}

/// Every answer names the server.
async fn answer(State(daemon): State<Arc<Daemon>>, request: Request) -> Response {
    let mut response = serve(&daemon, request).await;
    // (measured, Bitcart `edda6711`, capture `webhook_rpc`: no-auth; Bitcart `065c8421`, capture `btc_rpc`:
    // no-auth)
    let server = match daemon.config.version {
        DaemonVersion::Current => "Python/3.12 aiohttp/3.14.5",
        DaemonVersion::F39a98fe | DaemonVersion::Edda6711 => "Python/3.8 aiohttp/3.6.2",
    };
    response.headers_mut().insert(SERVER, HeaderValue::from_static(server));
    response
}

async fn serve(daemon: &Arc<Daemon>, mut request: Request) -> Response {
    if daemon.look(|state| state.faults.answers_html) {
        let page = "<!DOCTYPE html>\n<html><body><h1>It works!</h1></body></html>\n";
        return with_type(StatusCode::OK, "text/html", page);
    }
    if request.uri().path() == HANDSHAKE {
        daemon.while_hung(HANDSHAKE).await;
    }
    // No `/ws` and no `/spec` (measured, Bitcart `f39a98fe`, capture `webhook_rpc`: sub-ws-route).
    let version = daemon.config.version;
    let allowed = match request.uri().path() {
        "/" => "POST",
        "/ws" if version != DaemonVersion::F39a98fe => "GET,HEAD",
        "/spec" if version == DaemonVersion::Current => "GET,HEAD",
        _ => return text(StatusCode::NOT_FOUND, "404: Not Found"),
    };
    // (measured for `/`, Bitcart `065c8421`, capture `eth_rpc`: get-root)
    if !allowed.split(',').any(|method| request.method().as_str() == method) {
        let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "405: Method Not Allowed");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
        return response;
    }
    // The login comes before the body: who has none learns nothing about it.
    match daemon.look(|state| login(&daemon.config, state, request.headers().get(AUTHORIZATION))) {
        Login::Good => {}
        // A 200, for a handshake too (measured, Bitcart `edda6711`, capture `webhook_rpc`: no-auth; Bitcart
        // `065c8421`, captures `eth_rpc`: spec-no-auth, `eth_ws`: ws-no-auth, ws-bad-auth).
        Login::Bad => return json(rpc::unauthorized()),
        Login::Malformed => return broken(),
    }
    match request.uri().path() {
        HANDSHAKE => websocket::accept(daemon, &mut request).unwrap_or_else(breaking_off),
        "/spec" => json(spec::text(daemon.config.currency)),
        _ if request.method() != Method::POST => broken(),
        _ => match to_bytes(request.into_body(), LONGEST_BODY).await {
            Ok(body) => match rpc::answer(daemon, &body).await {
                // Errors too are a 200 (measured, Bitcart `edda6711`, capture `webhook_rpc`: no-auth).
                Reply::Json(text) => json(text),
                Reply::Half(text) => half(&text),
                Reply::Broken => broken(),
                Reply::Silence => breaking_off(),
            },
            Err(_) => broken(),
        },
    }
}

fn json(text: String) -> Response {
    with_type(StatusCode::OK, "application/json; charset=utf-8", text)
}

/// Python has raised something that nobody caught.
fn broken() -> Response {
    text(StatusCode::INTERNAL_SERVER_ERROR, "500 Internal Server Error\n\nServer got itself in trouble")
}

/// An answer that fails before its first byte: the server closes the connection without one.
fn breaking_off() -> Response {
    let fails =
        stream::once(async { Err::<&[u8], _>(std::io::Error::from(std::io::ErrorKind::ConnectionAborted)) });
    Response::new(Body::from_stream(fails))
}

/// An answer that ends before its end: the head says how long it was to be.
fn half(text: &str) -> Response {
    let (length, half) = (text.len(), text.bytes().take(text.len() / 2).collect::<Vec<u8>>());
    let first = stream::once(async move { Ok(half) });
    let fails = stream::once(async {
        // The first half is on its way by then.
        tokio::task::yield_now().await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionAborted))
    });
    let mut response =
        with_type(StatusCode::OK, "application/json; charset=utf-8", Body::from_stream(first.chain(fails)));
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}

enum Login {
    Good,
    Bad,
    /// The daemon breaks on it (measured, Bitcart `065c8421`, capture `eth_rpc`: malformed-base64,
    /// base64-no-colon, password-with-colon, bearer-scheme, lowercase-basic).
    Malformed,
}

fn login(config: &Config, state: &Knowledge, header: Option<&HeaderValue>) -> Login {
    let Some(header) = header else { return Login::Bad };
    match credentials(header) {
        Some(_) if state.faults.refuses_logins => Login::Bad,
        Some((user, password)) if user == config.user && password == config.password => Login::Good,
        Some(_) => Login::Bad,
        None => Login::Malformed,
    }
}

/// Only the literal `Basic ` is taken off; any other scheme is left to break the decoding. A second colon
/// leaves more than two parts, which is one too many for the daemon.
fn credentials(header: &HeaderValue) -> Option<(String, String)> {
    let header = header.to_str().ok()?;
    let encoded = header.strip_prefix("Basic ").unwrap_or(header);
    let decoded = String::from_utf8(base64::decode(encoded)?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    (!password.contains(':')).then(|| (user.to_owned(), password.to_owned()))
}
