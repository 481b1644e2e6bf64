//! Order: what belongs to one lane runs one after another, and different lanes run side by side.

use std::collections::{HashMap, VecDeque, hash_map::Entry};
use std::sync::{Mutex, PoisonError};

use crate::source::Lane;

/// The jobs that wait, by lane. A lane exists while it has a worker: idle ones cost nothing.
pub(crate) struct Lanes<J>(Mutex<HashMap<Lane, VecDeque<J>>>);

impl<J> Default for Lanes<J> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<J> Lanes<J> {
    /// Appends a job. `true` if the lane had no worker: the caller starts one.
    #[must_use]
    pub(crate) fn push(&self, lane: Lane, job: J) -> bool {
        match self.lock().entry(lane) {
            Entry::Occupied(mut waiting) => {
                waiting.get_mut().push_back(job);
                false
            }
            Entry::Vacant(vacant) => {
                vacant.insert(VecDeque::from([job]));
                true
            }
        }
    }

    /// The next job for the lane's worker. With `None` the lane is gone, and the worker leaves.
    pub(crate) fn next(&self, lane: &Lane) -> Option<J> {
        let mut lanes = self.lock();
        let job = lanes.get_mut(lane).and_then(VecDeque::pop_front);
        if job.is_none() {
            lanes.remove(lane);
        }
        job
    }

    /// How many jobs wait in the lane.
    #[cfg(feature = "websocket")]
    pub(crate) fn waiting(&self, lane: &Lane) -> usize {
        self.lock().get(lane).map_or(0, VecDeque::len)
    }

    /// Drops every job that waits.
    pub(crate) fn clear(&self) {
        let abandoned = std::mem::take(&mut *self.lock());
        drop(abandoned);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Lane, VecDeque<J>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
