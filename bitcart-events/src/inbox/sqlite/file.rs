//! Before SQLite sees the file: whether it can be one of ours, who may read it, and that it has one consumer.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use crate::{Error, Result};

const HEADER: &[u8; 16] = b"SQLite format 3\0";

/// The file's absolute path, whatever symbolic links lead to it, so that all who mean it mean the same; and whether it
/// is there.
pub(super) fn locate(path: &Path) -> Result<(PathBuf, bool)> {
    find(path).map_err(|why| Error::inbox(format!("`{}` cannot be an inbox: {why}", path.display())))
}

fn find(path: &Path) -> Result<(PathBuf, bool), String> {
    if path.as_os_str().is_empty() {
        return Err("the path is empty; name a file, `events.db` for instance".to_owned());
    }
    if path.as_os_str() == ":memory:" {
        return Err("nothing in memory survives the process; name a file, or use no inbox".to_owned());
    }
    if path.to_str().is_some_and(|path| path.starts_with("file:")) {
        return Err("an address is not taken; name the file itself, without `file:`".to_owned());
    }
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            Err("it is a folder; name a file in it, `events.db` for instance".to_owned())
        }
        Ok(found) if !found.is_file() => Err("it is not a regular file".to_owned()),
        Ok(_) => {
            let path = fs::canonicalize(path).map_err(|error| error.to_string())?;
            if !is_half_written(&path) {
                check_header(&path)?;
            }
            Ok((path, true))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new("."));
            let name = path.file_name().ok_or("it names no file")?;
            match fs::canonicalize(folder) {
                Ok(folder) => Ok((folder.join(name), false)),
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    Err(format!("its folder `{}` does not exist; create it first", folder.display()))
                }
                Err(error) => Err(format!("its folder `{}`: {error}", folder.display())),
            }
        }
        Err(error) => Err(error.to_string()),
    }
}

/// SQLite was writing to it, without its WAL, when it ended: what is in the file means nothing without the journal, from
/// which SQLite makes it whole.
fn is_half_written(path: &Path) -> bool {
    fs::metadata(with_end(path, "-journal")).is_ok_and(|journal| journal.len() > 0)
}

/// A file that is no database is looked at here, because SQLite would take one of less than a page as new.
fn check_header(path: &Path) -> Result<(), String> {
    let mut file = File::open(path).map_err(|error| format!("{error}; let this user read and write it"))?;
    let mut header = Vec::new();
    (&mut file).take(16).read_to_end(&mut header).map_err(|error| error.to_string())?;
    if header.is_empty() || header == HEADER {
        return Ok(());
    }
    Err("it is a file of something else, or its beginning is damaged (an SQLite file begins with `SQLite format 3`); \
         it was not changed. Name another file"
        .to_owned())
}

/// An empty file that only its owner can read: there are payments in it soon. SQLite gives its own files beside it the
/// same mode.
pub(super) fn create(path: &Path) -> Result<()> {
    let made = options().create_new(true).open(path).and_then(|_| sync_folder(path));
    made.map_err(|error| {
        Error::inbox(format!(
            "the inbox `{}` cannot be created: {error}; let this user write its folder",
            path.display()
        ))
    })
}

/// Without it a power cut may take the file's name away, and everything that was accepted since with it.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Says so if others than the owner can read the file.
#[cfg(unix)]
pub(super) fn warn_if_open_to_others(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_or(0, |found| found.permissions().mode());
    if mode & 0o077 != 0 {
        tracing::warn!(
            "the inbox {} can be read by other users of this machine (mode {:03o}): it holds what was paid to whom; \
             `chmod 600` takes it from them",
            path.display(),
            mode & 0o777,
        );
    }
}

#[cfg(not(unix))]
pub(super) fn warn_if_open_to_others(_: &Path) {}

/// Which file it is, whatever it is called.
#[derive(Debug)]
pub(super) struct Identity {
    path: PathBuf,
    #[cfg(unix)]
    file: (u64, u64),
}

impl Identity {
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            #[cfg(unix)]
            file: number(path)?,
        })
    }

    /// Whether it is not where it was: deleted, or another one is there. What is written to it is gone with the process.
    pub(super) fn is_gone(&self) -> bool {
        #[cfg(unix)]
        return match number(&self.path) {
            Ok(found) => found != self.file,
            Err(error) => error.kind() == ErrorKind::NotFound,
        };
        #[cfg(not(unix))]
        !self.path.exists()
    }
}

#[cfg(unix)]
fn number(path: &Path) -> io::Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let found = fs::metadata(path)?;
    Ok((found.dev(), found.ino()))
}

/// That this process consumes the file: until it is dropped, or the process ends in whatever way.
#[derive(Debug)]
pub(super) struct Lock {
    _held: File,
}

impl Lock {
    pub(super) fn take(path: &Path) -> Result<Self> {
        let beside = with_end(path, "-consumer.lock");
        let cannot = |error: io::Error| {
            Error::inbox(format!(
                "the inbox `{}` cannot be locked: {error}; let this user write `{}` and its folder",
                path.display(),
                beside.display(),
            ))
        };
        let mut file = options().create(true).truncate(false).open(&beside).map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(error)) => return Err(cannot(error)),
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Only to help: some systems let nobody read what is locked.
                let _ = file.read_to_string(&mut holder);
                let holder = holder.trim().parse::<u32>().ok();
                // In containers others have the same number.
                let ours = if holder == Some(std::process::id()) {
                    ". If this program has opened it twice: open it once, and clone the `SqliteInbox`"
                } else {
                    ""
                };
                let holder = holder.map(|process| format!(" (process {process})")).unwrap_or_default();
                return Err(Error::inbox(format!(
                    "the inbox `{}` is in use by another consumer{holder}, and two would handle events twice: stop it, or \
                     give this program a file of its own. To look at it while it is in use, `SqliteInbox::attach` it{ours}",
                    path.display(),
                )));
            }
        }
        let told = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
        told.map(|()| Self { _held: file }).map_err(cannot)
    }
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    name.into()
}
