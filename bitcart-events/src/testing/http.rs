//! The HTTP side: one path, one method, one login.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, SERVER};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::Response;

use super::daemon::Daemon;
use super::{Config, rpc};

/// Everything the daemon serves.
pub(super) fn service(daemon: Arc<Daemon>) -> Router {
    Router::new().fallback(serve).with_state(daemon)
}

async fn serve(
    State(daemon): State<Arc<Daemon>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // No `/ws` and no `/spec` (measured, Bitcart `f39a98fe`, capture `webhook_rpc`: sub-ws-route).
    if uri.path() != "/" {
        return text(StatusCode::NOT_FOUND, "404: Not Found");
    }
    // (measured, Bitcart `065c8421`, capture `eth_rpc`: get-root)
    if method != Method::POST {
        let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "405: Method Not Allowed");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    // The login comes before the body: who has none learns nothing about it.
    let answer = match login(&daemon.config, headers.get(AUTHORIZATION)) {
        Login::Good => rpc::answer(&daemon, &body),
        Login::Bad => Some(rpc::unauthorized()),
        Login::Malformed => None,
    };
    match answer {
        // Errors too are a 200 (measured, Bitcart `edda6711`, capture `webhook_rpc`: no-auth).
        Some(json) => response(StatusCode::OK, "application/json; charset=utf-8", json),
        None => text(
            StatusCode::INTERNAL_SERVER_ERROR,
            "500 Internal Server Error\n\nServer got itself in trouble",
        ),
    }
}

fn text(status: StatusCode, text: &'static str) -> Response {
    response(status, "text/plain; charset=utf-8", text)
}

fn response(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(SERVER, HeaderValue::from_static("Python/3.8 aiohttp/3.6.2"));
    response
}

enum Login {
    Good,
    Bad,
    /// The daemon breaks on it (measured, Bitcart `065c8421`, capture `eth_rpc`: malformed-base64,
    /// base64-no-colon, password-with-colon, bearer-scheme, lowercase-basic).
    Malformed,
}

fn login(config: &Config, header: Option<&HeaderValue>) -> Login {
    let Some(header) = header else { return Login::Bad };
    match credentials(header) {
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
    let decoded = String::from_utf8(decode_base64(encoded)?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    (!password.contains(':')).then(|| (user.to_owned(), password.to_owned()))
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 {
        return None;
    }
    let mut bytes = Vec::new();
    // Bits not yet handed out, and how many they are.
    let (mut bits, mut count) = (0_u32, 0_u32);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.extend(u8::try_from(bits >> count & 0xff));
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded() {
        assert_eq!(decode_base64("ZWxlY3RydW06ZWxlY3RydW16").unwrap(), b"electrum:electrumz");
        assert_eq!(decode_base64("YTpi").unwrap(), b"a:b");
        assert_eq!(decode_base64("YTo=").unwrap(), b"a:");
        assert_eq!(decode_base64("YQ==").unwrap(), b"a");
        assert_eq!(decode_base64("YTp"), None);
        assert_eq!(decode_base64("not base64!!"), None);
        assert_eq!(decode_base64("===="), None);
    }
}
