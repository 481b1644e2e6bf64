//! Accepted events in an SQLite file.

mod append;
mod blame;
mod calls;
mod claim;
mod clock;
mod columns;
mod effects;
mod explain;
mod facts;
mod file;
mod letters;
mod memory;
mod queue;
mod schema;
mod settle;
mod state;
mod store;
#[cfg(test)]
pub(super) mod tests;
mod work;
mod writer;

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use self::file::{Identity, Lock};
use self::queue::Queue;
use self::state::State;
use self::store::Store;
use self::writer::Writer;
use crate::{Error, Result};

/// Keeps events in an SQLite file: a kill and a power cut leave them whole.
///
/// ```
/// # fn main() -> bitcart_events::Result<()> {
/// # let folder = std::env::temp_dir().join(format!("bitcart-events-doc-open-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).ok();
/// # let path = folder.join("events.db");
/// use bitcart_events::inbox::SqliteInbox;
///
/// let inbox = SqliteInbox::open(&path)?; // "events.db"
/// let for_operators = inbox.clone();     // the same one
/// # drop((inbox, for_operators));
/// # std::fs::remove_dir_all(folder).ok();
/// # Ok(())
/// # }
/// ```
///
/// # The file
/// It is made if it is not there, readable by its owner alone; beside it are `-wal` and `-shm`, which belong to it while it
/// is open, and `-consumer.lock`. The inbox's tables begin with `bitcart_`; all others, `user_version` and `application_id`
/// are the program's own, which may keep its tables in the same file and write to them together with the settling of an
/// event. Open the inbox first, then make your tables through a `rusqlite::Connection` of your own: one that makes the file makes it
/// readable by others too. Anybody may read the file while it is in use; copy it with `VACUUM INTO` or `.backup`, not with `cp`. It has to be
/// on a local disk, because SQLite's locks and its shared memory need one.
///
/// A file that is damaged, of something else, or of a newer version is refused, and not changed.
///
/// # One consumer
/// A second one of the same file is refused, in this process and in others; the operating system ends that with the process,
/// however that ended. Tools [attach](Self::attach) themselves.
///
/// # What is committed when
/// One thread writes. What comes while it commits is committed together after that, with one flush of the disk, and
/// [settled](crate::inbox::Inbox::settle) events go with what is appended next, or after ten milliseconds. When the file cannot be
/// written what is appended is answered with an error that says why, and what is settled is kept and tried again.
///
/// # What ends the process
/// An event in hand when more than a hundred processes in a row ended is suspected of killing them. It becomes a dead letter, one at
/// each start.
#[derive(Clone)]
pub struct SqliteInbox(Arc<Shared>);

struct Shared {
    name: Arc<str>,
    key: [u8; 16],
    /// It has not been attached.
    consumes: bool,
    /// A listener has it.
    is_taken: AtomicBool,
    queue: Arc<Queue>,
    commits: Arc<AtomicU64>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What only tests change.
struct Options {
    /// Every commit is flushed.
    full: bool,
}

impl SqliteInbox {
    /// Opens a file as its one consumer, and makes it if it is not there.
    ///
    /// # Errors
    /// [`ErrorKind::Inbox`](crate::ErrorKind::Inbox), with a message that says what to do, if it is in use by another consumer, damaged, of a newer
    /// version, no SQLite file, or cannot be written.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::consume(path.as_ref(), &Options { full: true })
    }

    /// Loses what was accepted in a power cut: for the test that has to find out.
    #[doc(hidden)]
    pub fn open_without_flushes(path: impl AsRef<Path>) -> Result<Self> {
        Self::consume(path.as_ref(), &Options { full: false })
    }

    fn consume(path: &Path, options: &Options) -> Result<Self> {
        let (place, is_there) = file::locate(path)?;
        let name = path.display().to_string();
        let lock = Lock::take(&place)?;
        let conn = schema::open(&place, &name, is_there, options)?;
        let started = schema::start(&conn).map_err(|error| explain::cannot(&name, "written", &error));
        let (me, next) = started?;
        let place = Identity::of(&place).map_err(|error| {
            Error::inbox(format!(
                "the inbox `{name}` cannot be looked at: {error}; is its folder still there?"
            ))
        })?;
        let state = State { me, next, reserved: next + schema::IDS, ..State::default() };
        Self::run(name, conn, state, Some((place, lock)))
    }

    /// Opens a file beside its consumer, or without one: to see how much is in it and to show, replay and discard dead
    /// letters. Nothing can be appended or claimed. The consumer finds within ten seconds what was replayed.
    ///
    /// ```no_run
    /// use bitcart_events::inbox::{DeadLetters, Inbox, SqliteInbox};
    ///
    /// # async fn tool() -> bitcart_events::Result<()> {
    /// let inbox = SqliteInbox::attach("events.db")?;
    /// for letter in inbox.dead_letters(DeadLetters::all(), 10).await? {
    ///     println!("{}: {}", letter.id, letter.error);
    /// }
    /// inbox.replay(DeadLetters::all().error("connection refused")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Inbox`](crate::ErrorKind::Inbox), as for [`open`](Self::open); and if there is no inbox.
    pub fn attach(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let (place, is_there) = file::locate(path)?;
        let name = path.display().to_string();
        let nothing =
            || Error::inbox(format!("there is no inbox at `{name}`; look at the path: nothing was created"));
        if !is_there {
            return Err(nothing());
        }
        let (conn, found) = schema::look(&place, &name)?;
        if found == schema::Found::None {
            return Err(nothing());
        }
        let set_up = schema::set_up(&conn, &Options { full: true });
        set_up.map_err(|error| explain::cannot(&name, "opened", &error))?;
        Self::run(name, conn, State::default(), None)
    }

    fn run(
        name: String,
        mut conn: rusqlite::Connection,
        state: State,
        consumes: Option<(Identity, Lock)>,
    ) -> Result<Self> {
        let (place, lock) = consumes.unzip();
        let cannot = |error| explain::cannot(&name, "opened", &error);
        let key = schema::key(&conn).map_err(cannot)?;
        let in_effects = effects::guard(&mut conn).map_err(cannot)?;
        let (queue, commits) = (Arc::new(Queue::default()), Arc::new(AtomicU64::new(0)));
        let (name, consumes) = (Arc::<str>::from(name), lock.is_some());
        let store = Store { name: name.clone(), conn, state, place, in_effects };
        let writer = Writer::new(name.clone(), store, lock, queue.clone(), commits.clone());
        let thread = std::thread::Builder::new().name("bitcart-inbox".to_owned());
        let thread = thread.spawn(|| writer.run());
        let thread =
            thread.map_err(|error| Error::inbox(format!("the inbox `{name}` has no thread: {error}")))?;
        let thread = Mutex::new(Some(thread));
        let is_taken = AtomicBool::new(false);
        Ok(Self(Arc::new(Shared { name, key, consumes, is_taken, queue, commits, thread })))
    }

    /// Runs SQL on the connection that writes, between two commits: for tests of what goes wrong with a disk.
    #[doc(hidden)]
    pub fn run_sql(&self, sql: &'static str) -> futures_util::future::BoxFuture<'static, Result<()>> {
        self.ask("written", move |store| store.conn.execute_batch(sql))
    }

    /// How many commits were made: for tests and benchmarks.
    #[doc(hidden)]
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.0.commits.load(Ordering::Relaxed)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.queue.close();
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        // The last one may be dropped by what the thread itself calls.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != std::thread::current().id()) {
            drop(thread.join());
        }
    }
}

impl fmt::Debug for SqliteInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SqliteInbox").field(&self.0.name).finish()
    }
}
