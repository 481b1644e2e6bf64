//! How many updates may wait: a bound, of which no lane can take all.

use std::pin::pin;
use std::sync::Arc;
#[cfg(feature = "polling")]
use std::time::Duration;

use futures_util::future::{Either, select};
#[cfg(feature = "polling")]
use tokio::sync::TryAcquireError;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

#[cfg(feature = "polling")]
use super::refused;
use super::shutting_down;
use crate::Result;

/// How many places there are besides, for what others with a place wait for.
pub(super) const RESERVE: usize = 64;
/// Places are also given back in ways that are not told; then a look every second finds them.
#[cfg(feature = "polling")]
const LOOK: Duration = Duration::from_secs(1);

pub(super) struct Room {
    #[cfg(feature = "websocket")]
    size: usize,
    places: Arc<Semaphore>,
    reserve: Arc<Semaphore>,
    freed: Notify,
}

impl Room {
    pub(super) fn new(places: usize) -> Self {
        Self {
            #[cfg(feature = "websocket")]
            size: places,
            places: Arc::new(Semaphore::new(places)),
            reserve: Arc::new(Semaphore::new(RESERVE)),
            freed: Notify::new(),
        }
    }

    /// Waits for a place. Whoever has one may bring a whole batch: it is never too large, and the next one waits.
    pub(super) async fn take(&self) -> Result<OwnedSemaphorePermit> {
        Arc::clone(&self.places).acquire_owned().await.map_err(|_| shutting_down())
    }

    /// Whether so many may be held without a place.
    #[cfg(feature = "websocket")]
    pub(super) fn may_hold(&self, held: usize) -> bool {
        held < self.size
    }

    /// For what needs none.
    #[cfg(feature = "polling")]
    pub(super) fn no_place(&self) -> Result<OwnedSemaphorePermit> {
        if self.is_closed() {
            return Err(shutting_down());
        }
        Arc::clone(&self.places).try_acquire_many_owned(0).map_err(|_| shutting_down())
    }

    /// Waits for a place, and takes at most so many, but no more than half of what is left.
    pub(super) async fn take_some(&self, most: usize) -> Option<OwnedSemaphorePermit> {
        let place = self.take().await.ok()?;
        Some(self.fit(place, most))
    }

    /// The same, or what is left of the reserve: for what has to be through before those begin that may have all the places.
    pub(super) async fn take_some_or_reserve(&self, most: usize) -> Option<OwnedSemaphorePermit> {
        let reserve = Arc::clone(&self.reserve).acquire_owned();
        match select(pin!(self.take_some(most)), pin!(reserve)).await {
            Either::Left((places, _)) => places,
            Either::Right((place, _)) => {
                let mut places = place.ok()?;
                add(&mut places, self.reserve.available_permits());
                Some(places)
            }
        }
    }

    /// So many places as there are updates, or as near to it as half of what is left allows.
    pub(super) fn fit(&self, mut place: OwnedSemaphorePermit, updates: usize) -> OwnedSemaphorePermit {
        let held = place.num_permits();
        if held > updates {
            drop(place.split(held - updates));
            self.freed();
            return place;
        }
        add(&mut place, (updates - held).min(self.places.available_permits() / 2));
        place
    }

    /// An update has given its place back.
    pub(super) fn freed(&self) {
        self.freed.notify_waiters();
    }

    pub(super) fn close(&self) {
        self.places.close();
        self.freed();
    }
}

/// So many more of the same kind, if they are there.
fn add(place: &mut OwnedSemaphorePermit, more: usize) {
    let more = u32::try_from(more).ok();
    let more = more.and_then(|more| Arc::clone(place.semaphore()).try_acquire_many_owned(more).ok());
    if let Some(more) = more {
        place.merge(more);
    }
}

#[cfg(feature = "polling")]
impl Room {
    /// Whether a lane in which so many wait may have one more. It may hold as many as there are places left, so one that
    /// is slow takes at most half of all, and leaves room to the others.
    pub(super) fn is_left(&self, waiting: usize) -> bool {
        let left = self.places.available_permits();
        left > 0 && waiting <= left
    }

    /// A place, if there is one now, and more if they are wanted: as many as could be had one after another.
    pub(super) fn try_take(&self, waiting: usize, wanted: usize) -> Result<OwnedSemaphorePermit> {
        let full = || refused("too many updates wait already");
        if !self.is_closed() && !self.is_left(waiting) {
            return Err(full());
        }
        // Each is one more that waits, and one less that is left.
        let more = self.places.available_permits().saturating_sub(waiting) / 2;
        let places = u32::try_from(wanted.min(more + 1)).unwrap_or(1);
        Arc::clone(&self.places).try_acquire_many_owned(places).map_err(|error| match error {
            TryAcquireError::Closed => shutting_down(),
            TryAcquireError::NoPermits => full(),
        })
    }

    /// Waits for room in a lane, and takes a place there. A lane in which nothing waits has room even if there are no
    /// places left: others could take all of them for ever.
    pub(super) async fn take_in(&self, waiting: impl Fn() -> usize) -> Result<OwnedSemaphorePermit> {
        loop {
            let mut freed = std::pin::pin!(self.freed.notified());
            // Before the look, so that nothing is missed in between.
            freed.as_mut().enable();
            let waiting = waiting();
            match self.try_take(waiting, 1) {
                Err(_) if self.is_closed() => return Err(shutting_down()),
                Err(_) if waiting == 0 => {
                    return Arc::clone(&self.places).try_acquire_many_owned(0).map_err(|_| shutting_down());
                }
                Err(_) => {}
                taken => return taken,
            }
            // After a second there is another look in any case.
            let _ = tokio::time::timeout(LOOK, freed).await;
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.places.is_closed()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::{RESERVE, Room};

    #[cfg(feature = "polling")]
    #[test]
    fn several_places_are_as_many_as_one_after_another() {
        for (size, waiting) in (0..20).flat_map(|size| (0..20).map(move |waiting| (size, waiting))) {
            let room = Room::new(size);
            let one_by_one: Vec<_> =
                (waiting..).map_while(|waiting| room.try_take(waiting, 1).ok()).collect();
            let several = Room::new(size).try_take(waiting, 100).map_or(0, |places| places.num_permits());
            assert_eq!(several, one_by_one.len(), "{size} places, of which {waiting} are taken");
            let some = Room::new(size).try_take(waiting, 3).map_or(0, |places| places.num_permits());
            assert_eq!(some, several.min(3));
        }
    }

    #[tokio::test]
    async fn without_places_the_reserve_is_all_there_is() {
        let room = Room::new(8);
        let some = async || room.take_some_or_reserve(1_024).await.unwrap();
        let mut places = Vec::new();
        while let Some(more) = room.take_some(1_024).now_or_never() {
            places.push(more.unwrap());
        }
        assert_eq!(places.iter().map(|place| place.num_permits()).sum::<usize>(), 8);

        let mut reserve = some().await;
        assert_eq!(reserve.num_permits(), RESERVE);
        assert!(some().now_or_never().is_none(), "no more than that");
        drop(reserve.split(3));
        assert_eq!(some().await.num_permits(), 3, "what came back");
        places.pop();
        drop(reserve);
        let place = some().await;
        assert!(place.num_permits() < RESERVE, "a place goes before the reserve");

        room.close();
        assert!(room.take_some_or_reserve(1).await.is_none());
    }
}
