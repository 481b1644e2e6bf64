//! Opening the daemon's websocket.

use std::time::Duration;

use reqwest::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use reqwest::{Response, StatusCode};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::Client;
use crate::Result;

pub(crate) type Socket = WebSocketStream<reqwest::Upgraded>;

const PATH: &str = "/ws";
const HANDSHAKE: Duration = Duration::from_secs(20);
/// The largest frame that is read. A daemon's have a few hundred bytes.
const LARGEST: usize = 16 << 20;
/// As a rule one read takes all that is there.
const READ_BUFFER: usize = 32 << 10;

impl Client {
    /// Opens the websocket, on the same way as every call: with the login, and through a proxy or TLS if there is one.
    /// A proxy for HTTP is always asked for a tunnel.
    /// `None` if the daemon has none, because it is older than October 2020 (`f39a98fe`, capture `webhook_rpc`:
    /// sub-ws-route).
    ///
    /// No compression is offered: a daemon would really use it (`065c8421`, capture `eth_wsproto`), for frames of a few
    /// hundred bytes.
    pub(crate) async fn open_socket(&self) -> Result<Option<Socket>> {
        let late = |_| self.trouble(PATH, &format!("no answer to the handshake within {HANDSHAKE:?}"));
        tokio::time::timeout(HANDSHAKE, self.shake_hands()).await.map_err(late)?
    }

    async fn shake_hands(&self) -> Result<Option<Socket>> {
        let key = generate_key();
        let request = self
            .get(PATH)?
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "websocket")
            .header(SEC_WEBSOCKET_VERSION, "13")
            .header(SEC_WEBSOCKET_KEY, key.as_str());
        #[cfg(feature = "proxy")]
        let response = self.send_to_upgrade(PATH, request).await?;
        #[cfg(not(feature = "proxy"))]
        let response = request.send().await.map_err(|error| self.unreachable(PATH, error))?;
        match response.status() {
            StatusCode::SWITCHING_PROTOCOLS => {}
            StatusCode::NOT_FOUND => return Ok(None),
            // A refused login is a 200 with an error in it (`065c8421`, capture `eth_ws`: ws-bad-auth).
            status => return Err(self.no_socket(status, response).await),
        }
        let accept = response.headers().get(SEC_WEBSOCKET_ACCEPT);
        if accept.is_none_or(|accept| accept.as_bytes() != derive_accept_key(key.as_bytes()).as_bytes()) {
            return Err(self.trouble(PATH, &"it switches protocols, but not to this websocket"));
        }
        let upgraded = response.upgrade().await.map_err(|error| self.unreachable(PATH, error))?;
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .max_message_size(Some(LARGEST))
            .max_frame_size(Some(LARGEST));
        Ok(Some(WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await))
    }

    async fn no_socket(&self, status: StatusCode, response: Response) -> crate::Error {
        match self.result(PATH, response).await {
            Ok(_) => self.trouble(PATH, &format!("HTTP {status} instead of a websocket")),
            Err(error) => error,
        }
    }
}
