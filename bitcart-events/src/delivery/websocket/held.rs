//! A frame that waits.

use tokio::sync::OwnedSemaphorePermit;

use crate::Coin;
use crate::inbox::ReceivedId;
use crate::intake::{Arrived, Together};

/// It has its place already.
pub(super) struct Held {
    pub(super) coin: Coin,
    pub(super) update: Together,
    pub(super) place: OwnedSemaphorePermit,
    /// Under which the inbox keeps the text that it came in.
    pub(super) received: Option<ReceivedId>,
}

/// In a box: each entry of a history has room for one, and few are held.
pub(super) type Boxed = Box<Held>;

impl Held {
    pub(super) fn new(coin: &Coin, update: Arrived<'_>, place: OwnedSemaphorePermit) -> Self {
        Self { coin: coin.clone(), update: update.alone(coin), place, received: None }
    }

    /// Its wallet is not listened to any more: the inbox has it.
    pub(super) fn leave_place(&mut self) {
        drop(self.place.split(self.place.num_permits()));
    }

    /// Its wallet has come back as this coin.
    pub(super) fn give_to(&mut self, coin: &Coin) {
        self.coin = coin.clone();
        self.update = self.update.of_another(coin);
    }
}
