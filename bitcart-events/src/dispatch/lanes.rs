//! Order: what belongs to one lane runs one after another, and different lanes run side by side.

use std::collections::{VecDeque, hash_map::Entry};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::by_id::ById;
use crate::source::Lane;

/// The jobs that wait, by lane. A lane exists while it has a worker: idle ones cost nothing.
pub(crate) struct Lanes<J>(Mutex<ById<Lane, Queue<J>>>);

struct Queue<J> {
    jobs: VecDeque<J>,
    waiting: Arc<Waiting>,
}

/// How many updates of a lane are not handled yet.
#[derive(Default)]
pub(crate) struct Waiting {
    count: AtomicUsize,
    /// How many of those have ended, which is not told yet.
    untold: AtomicUsize,
}

impl Waiting {
    /// So many have ended since it was told last. Only the lane's worker says so.
    pub(crate) fn has_ended(&self, untold: usize) {
        self.untold.store(untold, Ordering::Relaxed);
    }

    /// So many less.
    pub(crate) fn ended(&self, count: usize) {
        self.has_ended(0);
        self.count.fetch_sub(count, Ordering::Relaxed);
    }
}

impl<J> Default for Lanes<J> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<J> Lanes<J> {
    /// Appends a job of so many updates. If the lane had no worker the caller starts one, which begins with this job and counts
    /// what it has handled.
    #[must_use]
    pub(crate) fn push(&self, lane: Lane, job: J, updates: usize) -> Option<(J, Arc<Waiting>)> {
        match self.lock().entry(lane) {
            Entry::Occupied(mut queue) => {
                let queue = queue.get_mut();
                queue.jobs.push_back(job);
                queue.waiting.count.fetch_add(updates, Ordering::Relaxed);
                None
            }
            Entry::Vacant(vacant) => {
                let waiting = Arc::new(Waiting { count: AtomicUsize::new(updates), ..Waiting::default() });
                vacant.insert(Queue { jobs: VecDeque::new(), waiting: Arc::clone(&waiting) });
                Some((job, waiting))
            }
        }
    }

    /// The next job for the lane's worker. With `None` the lane is gone, and the worker leaves.
    pub(crate) fn next(&self, lane: &Lane) -> Option<J> {
        let mut lanes = self.lock();
        let Entry::Occupied(mut queue) = lanes.entry(lane.clone()) else { return None };
        let job = queue.get_mut().jobs.pop_front();
        if job.is_none() {
            queue.remove();
        }
        job
    }

    /// Takes the jobs that wait in a lane whose worker is gone, and the lane with them; nothing if it has another worker since.
    pub(crate) fn abandon(&self, lane: &Lane, worker: &Arc<Waiting>) -> VecDeque<J> {
        let mut lanes = self.lock();
        let is_its = lanes.get(lane).is_some_and(|queue| Arc::ptr_eq(&queue.waiting, worker));
        let left = is_its.then(|| lanes.remove(lane)).flatten();
        left.map(|queue| queue.jobs).unwrap_or_default()
    }

    /// How many updates of the lane are not handled yet.
    #[cfg(feature = "polling")]
    pub(crate) fn waiting(&self, lane: &Lane) -> usize {
        self.lock().get(lane).map_or(0, |queue| queue.waiting.count.load(Ordering::Relaxed))
    }

    /// How many have ended in all lanes, which is not told yet.
    pub(crate) fn untold(&self) -> usize {
        let mut untold = 0;
        for queue in self.lock().values() {
            untold += queue.waiting.untold.load(Ordering::Relaxed);
        }
        untold
    }

    /// Takes every job that waits.
    pub(crate) fn clear(&self) -> VecDeque<J> {
        let mut lanes = std::mem::take(&mut *self.lock());
        let mut jobs = VecDeque::new();
        for queue in lanes.values_mut() {
            jobs.append(&mut queue.jobs);
        }
        jobs
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, ById<Lane, Queue<J>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
