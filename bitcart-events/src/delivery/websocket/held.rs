//! A frame that waits.

use tokio::sync::OwnedSemaphorePermit;

use crate::Coin;
use crate::dispatch::Read;
use crate::inbox::ReceivedId;

/// It has its place already.
pub(super) struct Held {
    pub(super) coin: Coin,
    pub(super) update: Read,
    pub(super) place: OwnedSemaphorePermit,
    /// Under which the inbox keeps the text that it came in.
    pub(super) received: Option<ReceivedId>,
}
