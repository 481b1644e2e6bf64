//! SQLite's way to its files, with a recorder in it. It is the one of the operating system with three methods exchanged.
//!
//! Nothing is flushed: whether it would have been is what the recording is for.

use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::{LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};

use rusqlite::ffi;

use crate::log::{Op, file_op};

type Methods = &'static ffi::sqlite3_io_methods;

/// SQLite's own.
struct System(*mut ffi::sqlite3_vfs);

// SAFETY: SQLite's own VFS may be used by every thread, and is there for as long as the process is.
unsafe impl Send for System {}
// SAFETY: as above.
unsafe impl Sync for System {}

static SYSTEM: OnceLock<System> = OnceLock::new();
/// The files that are open: their paths, and SQLite's own methods for them.
static OPEN: LazyLock<Mutex<HashMap<usize, (String, Methods)>>> = LazyLock::new(Mutex::default);
/// Ours for each of SQLite's own: a file that is locked has others than one that is not.
static OURS: LazyLock<Mutex<HashMap<usize, Methods>>> = LazyLock::new(Mutex::default);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes it the one that every connection of the process uses from now on.
pub(crate) fn register() {
    SYSTEM.get_or_init(|| {
        // SAFETY: the system's VFS is there from the first call on, and stays; its copy is never freed.
        unsafe {
            ffi::sqlite3_initialize();
            let vfs = ffi::sqlite3_vfs_find(std::ptr::null());
            assert!(!vfs.is_null(), "SQLite has no VFS on this system");
            let mut recording = *vfs;
            recording.pNext = std::ptr::null_mut();
            recording.zName = c"recording".as_ptr();
            recording.xOpen = Some(open);
            recording.xDelete = Some(delete);
            let registered = ffi::sqlite3_vfs_register(Box::leak(Box::new(recording)), 1);
            assert_eq!(registered, ffi::SQLITE_OK);
            System(vfs)
        }
    });
}

fn system() -> *mut ffi::sqlite3_vfs {
    SYSTEM.get().expect("it was registered, since SQLite calls it").0
}

/// # Safety
/// As SQLite calls it: a text that ends with a zero, or null.
unsafe fn text(name: *const c_char) -> Option<String> {
    // SAFETY: SQLite's names end with a zero.
    (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned())
}

/// Its path, and SQLite's own methods.
fn known(file: *mut ffi::sqlite3_file) -> (String, Methods) {
    lock(&OPEN).get(&(file as usize)).cloned().expect("it was opened")
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    path: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    let system = system();
    // SAFETY: the arguments are SQLite's, and so are the VFS and its method.
    let (path_text, opened) = unsafe {
        let path_text = text(path);
        let is_there = path_text.as_ref().is_some_and(|path| std::path::Path::new(path).exists());
        let open = (*system).xOpen.expect("every VFS opens files");
        let opened = open(system, path, file, flags, out);
        let is_new = opened == ffi::SQLITE_OK && !is_there && flags & ffi::SQLITE_OPEN_CREATE != 0;
        if is_new && let Some(path) = &path_text {
            file_op(path, Op::Create);
        }
        (path_text, opened)
    };
    let Some(path) = path_text.filter(|_| opened == ffi::SQLITE_OK) else { return opened };
    // SAFETY: the file was opened, so that it has methods, which are static.
    unsafe {
        let theirs = &*(*file).pMethods;
        let mut ours = lock(&OURS);
        (*file).pMethods = *ours.entry(std::ptr::from_ref(theirs) as usize).or_insert_with(|| {
            let mut ours = *theirs;
            ours.xWrite = Some(write);
            ours.xTruncate = Some(truncate);
            ours.xSync = Some(sync);
            ours.xClose = Some(close);
            Box::leak(Box::new(ours))
        });
        lock(&OPEN).insert(file as usize, (path, theirs));
    }
    opened
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    length: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    let (path, theirs) = known(file);
    // SAFETY: the arguments are SQLite's, and there are so many bytes.
    let (written, bytes) = unsafe {
        let write = theirs.xWrite.expect("files are written");
        let length_ = usize::try_from(length).expect("no negative length");
        (write(file, bytes, length, offset), std::slice::from_raw_parts(bytes.cast::<u8>(), length_))
    };
    if written == ffi::SQLITE_OK {
        let offset = usize::try_from(offset).expect("no negative offset");
        file_op(&path, |file| Op::Write(file, offset, bytes.to_vec()));
    }
    written
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    let (path, theirs) = known(file);
    // SAFETY: the arguments are SQLite's.
    let cut = unsafe { theirs.xTruncate.expect("files are cut")(file, size) };
    let size = usize::try_from(size).expect("no negative size");
    file_op(&path, |file| Op::Truncate(file, size));
    cut
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    file_op(&known(file).0, Op::Sync);
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let (_, theirs) = lock(&OPEN).remove(&(file as usize)).expect("it was opened");
    // SAFETY: the argument is SQLite's; its own method is put back, as it was when the file was opened.
    unsafe {
        (*file).pMethods = theirs;
        theirs.xClose.expect("files are closed")(file)
    }
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, path: *const c_char, sync: c_int) -> c_int {
    let system = system();
    // SAFETY: the arguments are SQLite's.
    let (deleted, path) = unsafe {
        let delete = (*system).xDelete.expect("every VFS deletes files");
        (delete(system, path, sync), text(path))
    };
    if deleted == ffi::SQLITE_OK
        && let Some(path) = path
    {
        file_op(&path, Op::Delete);
    }
    deleted
}
