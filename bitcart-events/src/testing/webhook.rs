//! One webhook: a single POST, and the redirects it is sent on.

use std::time::Duration;

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderValue, LOCATION, USER_AGENT,
};
use reqwest::{Client, Method, Response, StatusCode, Url};

/// For the whole attempt, redirects included (read in code at `edda6711`: the default of aiohttp 3.6.2).
const TIME_LIMIT: Duration = Duration::from_secs(5 * 60);

/// The POST and nine GETs, then the daemon gives up (measured, Bitcart `edda6711`, capture `webhook_http`:
/// hook-302).
const MOST_REQUESTS: usize = 10;

/// A client that sends each request once and looks at no environment variable.
pub(super) fn client() -> reqwest::Result<Client> {
    let builder = Client::builder()
        // A connection kept for reuse may be closed by the receiver at any time, and then the request would
        // be sent again on a new one without a word. A daemon makes one attempt.
        .pool_max_idle_per_host(0)
        .retry(reqwest::retry::never())
        // Followed here: the daemon counts redirects and turns POST into GET in its own way.
        .redirect(reqwest::redirect::Policy::none())
        .http1_title_case_headers()
        .no_proxy();
    // Without a word about TLS reqwest would panic for want of it; a daemon for tests posts to loopback.
    #[cfg(feature = "tls")]
    let builder = match crate::tls::config(crate::tls::Trust::Nobody) {
        Ok(nobody) => builder.tls_backend_preconfigured(nobody),
        Err(_) => builder,
    };
    builder.build()
}

/// Makes the one attempt to deliver `body`. Any answer counts, and its status is returned; `Err` says why
/// there was none (measured, Bitcart `edda6711`, capture `webhook_rpc`: get_updates-hook-500, -closed,
/// -refused, -302, -badurl).
pub(super) async fn deliver(client: &Client, url: &str, body: String) -> Result<u16, String> {
    match tokio::time::timeout(TIME_LIMIT, post_and_follow(client, url, body)).await {
        Ok(outcome) => outcome,
        Err(_) => Err("no answer in 5 minutes".to_owned()),
    }
}

async fn post_and_follow(client: &Client, url: &str, body: String) -> Result<u16, String> {
    let mut url = Url::parse(url).map_err(|error| format!("bad URL: {error}"))?;
    let mut body = Some(body);
    for _ in 0..MOST_REQUESTS {
        let response = send(client, &url, body.as_ref()).await.map_err(|error| reason(&error))?;
        let Some(target) = redirect_target(&response) else { return Ok(response.status().as_u16()) };
        url = url.join(target).map_err(|error| format!("bad redirect: {error}"))?;
        // A 302 is followed by a GET without a body (measured, Bitcart `edda6711`, capture `webhook_http`:
        // hook-302); 307 and 308 keep both (not measured; what aiohttp 3.6.2 does).
        if !matches!(response.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT) {
            body = None;
        }
    }
    Err("too many redirects".to_owned())
}

/// Sends the headers of the daemon, in its order (measured, Bitcart `edda6711`, capture `webhook_http`:
/// hook-200, hook-302).
async fn send(client: &Client, url: &Url, body: Option<&String>) -> reqwest::Result<Response> {
    let method = if body.is_some() { Method::POST } else { Method::GET };
    let mut request = client
        .request(method, url.clone())
        .header(HOST, authority(url))
        .header(ACCEPT, HeaderValue::from_static("*/*"))
        .header(ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate"))
        .header(USER_AGENT, HeaderValue::from_static("Python/3.8 aiohttp/3.6.2"));
    if let Some(body) = body {
        request = request
            .header(CONTENT_LENGTH, body.len())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(body.clone());
    }
    request.send().await
}

/// The host as the `Host` header names it: with its port unless that is the scheme's own.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn redirect_target(response: &Response) -> Option<&str> {
    let followed = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    followed.then(|| response.headers().get(LOCATION)?.to_str().ok()).flatten()
}

/// The innermost cause: "Connection refused" says more than "error sending request".
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
