//! What the victim tells: to the side file what has to be true of it later, to its parent what it may be killed by.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use crate::history::Line;

/// The side file, to which each line goes by one write, and to the disk before anything follows it.
#[derive(Clone, Debug)]
pub struct Teller {
    file: Arc<File>,
    /// Decides how long handlers take and which of them fail.
    pub seed: u64,
    /// Whether any fails.
    pub fails: bool,
}

impl Teller {
    pub fn open(path: &Path, seed: u64, fails: bool) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { file: Arc::new(file), seed, fails })
    }

    pub async fn tell(&self, line: &Line) -> io::Result<()> {
        let (file, text) = (Arc::clone(&self.file), line.write());
        let write = move || {
            (&*file).write_all(text.as_bytes())?;
            file.sync_data()
        };
        tokio::task::spawn_blocking(write).await?
    }
}

/// Tells the parent. When that is gone there is nobody to be killed by, nor to be started again.
pub fn say(what: &str) {
    let said = io::stdout().lock().write_all(format!("{what}\n").as_bytes());
    if said.is_err() {
        std::process::exit(3);
    }
}
