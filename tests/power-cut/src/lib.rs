//! What a power cut leaves of an inbox: everything that SQLite does to its files is recorded, and the files are made again
//! as they may be after a cut at some point of that.

mod crash;
mod disk;
mod log;
mod model;
mod random;
mod vfs;
mod work;

pub use crash::{Found, look};
pub use disk::{Disk, State};
pub use log::{Log, Op};
pub use model::Model;
pub use random::Random;
pub use work::{How, work};
