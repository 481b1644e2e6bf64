//! Order: what belongs to one lane runs one after another, and different lanes run side by side.

use std::collections::{HashMap, VecDeque, hash_map::Entry};
use std::sync::{Mutex, PoisonError};

use crate::source::Lane;

/// The jobs that wait, by lane. A lane exists while it has a worker: idle ones cost nothing.
pub(crate) struct Lanes<J>(Mutex<HashMap<Lane, Queue<J>>>);

struct Queue<J> {
    jobs: VecDeque<J>,
    /// How many updates are not handled yet.
    updates: usize,
}

impl<J> Default for Lanes<J> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<J> Lanes<J> {
    /// Appends a job of so many updates. `true` if the lane had no worker: the caller starts one.
    #[must_use]
    pub(crate) fn push(&self, lane: Lane, job: J, updates: usize) -> bool {
        match self.lock().entry(lane) {
            Entry::Occupied(mut queue) => {
                let queue = queue.get_mut();
                queue.jobs.push_back(job);
                queue.updates += updates;
                false
            }
            Entry::Vacant(vacant) => {
                vacant.insert(Queue { jobs: VecDeque::from([job]), updates });
                true
            }
        }
    }

    /// The next job for the lane's worker. With `None` the lane is gone, and the worker leaves.
    pub(crate) fn next(&self, lane: &Lane) -> Option<J> {
        let mut lanes = self.lock();
        let job = lanes.get_mut(lane).and_then(|queue| queue.jobs.pop_front());
        if job.is_none() {
            lanes.remove(lane);
        }
        job
    }

    /// One more update of the lane has been handled.
    pub(crate) fn handled(&self, lane: &Lane) {
        if let Some(queue) = self.lock().get_mut(lane) {
            queue.updates = queue.updates.saturating_sub(1);
        }
    }

    /// How many updates of the lane are not handled yet.
    #[cfg(feature = "polling")]
    pub(crate) fn waiting(&self, lane: &Lane) -> usize {
        self.lock().get(lane).map_or(0, |queue| queue.updates)
    }

    /// Takes every job that waits.
    pub(crate) fn clear(&self) -> Vec<J> {
        let abandoned = std::mem::take(&mut *self.lock());
        abandoned.into_values().flat_map(|queue| queue.jobs).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Lane, Queue<J>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
