//! What is logged, to be looked at.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use tracing::Dispatch;
use tracing::subscriber::{DefaultGuard, NoSubscriber};

/// What was logged on this thread: tests run on one thread each.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

/// There is a second subscriber from now on. As long as there is one alone, a line that is first met on a thread without it is
/// taken for one that nobody wants, on all threads.
fn is_not_alone() {
    static BESIDE: OnceLock<Dispatch> = OnceLock::new();
    BESIDE.get_or_init(|| Dispatch::new(NoSubscriber::new()));
}

impl Log {
    /// What is logged in the whole program from the first call on, whatever thread it is on. Tests beside each other find
    /// their own lines by what they name.
    pub fn of_all() -> &'static Self {
        static LOG: OnceLock<Log> = OnceLock::new();
        LOG.get_or_init(|| {
            is_not_alone();
            let log = Self::default();
            let writer = log.clone();
            let subscriber =
                tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
            tracing::subscriber::set_global_default(subscriber).unwrap();
            log
        })
    }

    /// The lines that have all of these in them.
    pub fn lines(&self, parts: &[&str]) -> Vec<String> {
        let bytes = self.0.lock().unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        let lines = text.lines().filter(|line| parts.iter().all(|part| line.contains(part)));
        lines.map(str::to_owned).collect()
    }

    /// Waits until there is such a line.
    pub async fn wait_for(&self, parts: &[&str]) -> String {
        let look = async {
            loop {
                if let Some(line) = self.lines(parts).pop() {
                    return line;
                }
                tokio::task::yield_now().await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(60), look).await;
        found.unwrap_or_else(|_| panic!("{parts:?} was not said"))
    }

    pub fn start() -> (Self, DefaultGuard) {
        is_not_alone();
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(tracing::Level::DEBUG)
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    pub fn lines_with(&self, part: &str) -> Vec<String> {
        self.text().lines().filter(|line| line.contains(part)).map(str::to_owned).collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
