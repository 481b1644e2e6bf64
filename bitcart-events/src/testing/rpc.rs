//! The JSON-RPC envelope: what the daemon takes from a request, and what it wraps an answer in.

use serde_json::Value;

use super::call::{Call, RpcError};
use super::daemon::{Daemon, Outcome};
use super::json::python;

/// What comes of a request.
pub(super) enum Reply {
    Json(String),
    /// The connection breaks off in the middle of it.
    Half(String),
    /// An HTTP 500.
    Broken,
    /// The connection breaks off.
    Silence,
}

/// The daemon's answer to a request body.
///
/// Anything that is JSON but no object, a batch for one, breaks it (measured, Bitcart `065c8421`, capture
/// `eth_rpc`: batch, batch-empty).
pub(super) async fn answer(daemon: &Daemon, body: &[u8]) -> Reply {
    let mut request = match serde_json::from_slice(body) {
        Ok(Value::Object(request)) => request,
        Ok(_) => return Reply::Broken,
        Err(_) => return Reply::Json(failure(&RpcError::new(-32700, "Parse error"), &Value::Null)),
    };
    // An absent id is answered with null (measured, Bitcart `065c8421`, capture `eth_rpc`: no-id).
    let id = request.remove("id").unwrap_or_default();
    let Some(call) = Call::read(request, &daemon.config) else { return Reply::Broken };
    match daemon.call(call).await {
        Some(Outcome::Answer(answer)) => Reply::Json(envelope(answer, &id)),
        Some(Outcome::Half(answer)) => Reply::Half(envelope(answer, &id)),
        Some(Outcome::Silence) | None => Reply::Silence,
    }
}

fn envelope(answer: Result<String, RpcError>, id: &Value) -> String {
    match answer {
        Ok(result) => format!(r#"{{"jsonrpc": "2.0", "result": {result}, "id": {}}}"#, python(id)),
        Err(error) => failure(&error, id),
    }
}

/// To whoever has not the login. The id is null even if one was sent (measured, Bitcart `edda6711`, capture
/// `webhook_rpc`: no-auth).
pub(super) fn unauthorized() -> String {
    failure(&RpcError::new(-32600, "Unauthorized"), &Value::Null)
}

fn failure(error: &RpcError, id: &Value) -> String {
    let RpcError { code, message } = error;
    let (message, id) = (python(message), python(id));
    format!(r#"{{"jsonrpc": "2.0", "error": {{"code": {code}, "message": {message}}}, "id": {id}}}"#)
}
