//! Each on a file of its own.

mod blame;
mod clock;
mod effects;
mod facts;
mod files;
mod full;
mod loud;
mod model;
mod order;
mod poison;
mod restart;
mod tools;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake};

use super::{SqliteInbox, Store};
use crate::inbox::Inbox;

/// A folder that is gone in the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        // In memory, where there is such a place: a disk that others keep busy makes each flush slow.
        let memory = Path::new("/dev/shm");
        let temp = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let path = temp.join(format!("bitcart-inbox-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("events.db")
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// Runs something on the writer's connection, between two commits.
fn with<T: Send + 'static>(
    inbox: &SqliteInbox,
    run: impl FnOnce(&mut Store) -> rusqlite::Result<T> + Send + 'static,
) -> T {
    wait(inbox.ask("read", run)).unwrap()
}

/// The writer stands still until this is dropped.
fn stop(inbox: &SqliteInbox) -> mpsc::Sender<()> {
    let ((go, wait), (here, is_here)) = (mpsc::channel::<()>(), mpsc::channel());
    drop(inbox.ask("read", move |_| {
        here.send(()).ok();
        wait.recv().ok();
        Ok(())
    }));
    is_here.recv().unwrap();
    go
}

/// Blocks, inside of a runtime too.
fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Waiting(std::thread::Thread);
    impl Wake for Waiting {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Waiting(std::thread::current())).into();
    let (mut context, mut future) = (Context::from_waker(&waker), std::pin::pin!(future));
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// The process ends here: nothing is settled or closed any more, and the next one finds the file as it is.
fn kill(inbox: SqliteInbox, to: &str) -> PathBuf {
    let from = PathBuf::from(inbox.name());
    let to = from.with_file_name(to);
    let copy = to.clone();
    with(&inbox, move |_| {
        for end in ["", "-wal"] {
            let name = |path: &Path| PathBuf::from(format!("{}{end}", path.display()));
            if name(&from).exists() {
                std::fs::copy(name(&from), name(&copy)).unwrap();
            }
        }
        Ok(())
    });
    to
}
