//! A program that uses an inbox: it appends, settles and remembers, restarts, and now and then somebody checkpoints.

use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::{Duration, SystemTime};

use bitcart_events::Currency;
use bitcart_events::inbox::{Batch, Claimed, EventId, Fact, Inbox, NewEvent, Remember, SqliteInbox, Verdict};

use crate::log::{Log, Op, Settling};
use crate::random::Random;

/// How the inbox is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// As everybody does.
    Plainly,
    /// With restarts, and checkpoints of others.
    Restarting,
    /// The same with `synchronous=NORMAL`, which loses events.
    Unflushed,
}

/// The text of an event, long or short.
#[must_use]
pub fn text(number: u32) -> String {
    let length = [80, 300, 1_200, 9_000][Random::new(u64::from(number)).below(4)];
    format!(r#"{{"event": "new_block", "height": {number}, "more": "{}"}}"#, "x".repeat(length))
}

/// The number in such a text.
#[must_use]
pub fn number(told: &str) -> Option<u32> {
    let number =
        told.strip_prefix(r#"{"event": "new_block", "height": "#)?.split(',').next()?.parse().ok()?;
    (text(number) == told).then_some(number)
}

/// What each event states, so that it comes once.
#[must_use]
pub fn event(number: u32) -> NewEvent {
    let mut event = NewEvent::new(Currency::Btc, Arc::<str>::from(text(number)));
    event.fact = Some(Fact::Height { of: "BTC".to_owned(), height: u64::from(number) });
    event
}

/// Blocks until it is there: who completes these futures is another thread, which sends.
pub fn wait<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    use std::task::{Context, Poll, Wake, Waker};
    struct Waiting(std::thread::Thread);
    impl Wake for Waiting {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Waiting(std::thread::current())));
    let (mut context, mut future) = (Context::from_waker(&waker), std::pin::pin!(future));
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// Fewer than it takes until an event that every process ended with is taken for what ends them.
const RESTARTS: u32 = 8;

/// Works with the inbox at that path for so many batches; what happened, and how many commits there were.
///
/// # Panics
/// If the inbox refuses what it is to do.
#[must_use]
pub fn work(path: &Path, how: How, batches: u32, seed: u64) -> (Vec<Op>, u64) {
    let log = Log::begin(path);
    let open = || match how {
        How::Plainly | How::Restarting => SqliteInbox::open(path).unwrap(),
        How::Unflushed => SqliteInbox::open_without_flushes(path).unwrap(),
    };
    let mut random = Random::new(seed);
    let (mut inbox, mut next, mut commits, mut restarts) = (open(), 0, 0, 0);
    let mut open_events: Vec<(u32, Claimed)> = Vec::new();
    for batch in 0..batches {
        let settled = settle_some(path, &inbox, &mut open_events, &mut random);
        let events: Vec<u32> = (0..=random.below(4))
            .map(|_| {
                next += 1;
                next
            })
            .collect();
        let remembered = random.coin().then_some(batch + 1);
        let ids = append(path, &inbox, &events, settled, remembered);
        open_events.extend(
            events.iter().zip(ids).map(|(number, id)| (*number, Claimed::appended(id, event(*number)))),
        );
        if how == How::Plainly {
            continue;
        }
        match random.below(24) {
            0 => checkpoint(path, "PASSIVE"),
            1 => checkpoint(path, "RESTART"),
            2 => checkpoint(path, "TRUNCATE"),
            3 if restarts < RESTARTS => {
                restarts += 1;
                commits += inbox.commits();
                wait(inbox.close()).unwrap();
                inbox = open();
                open_events = claim(&inbox);
            }
            _ => {}
        }
    }
    commits += inbox.commits();
    let ops = log.end();
    (ops, commits)
}

fn settle_some(
    path: &Path,
    inbox: &SqliteInbox,
    open: &mut Vec<(u32, Claimed)>,
    random: &mut Random,
) -> Vec<u32> {
    let mut settled = Vec::new();
    for _ in 0..random.below(6) {
        if open.is_empty() {
            break;
        }
        let (number, claimed) = open.swap_remove(random.below(open.len()));
        let (settling, verdict) = match random.below(8) {
            0 => (Settling::Dead, Verdict::Dead { error: "out of stock".to_owned() }),
            1 => {
                let due = SystemTime::now() + Duration::from_secs(3_600);
                (Settling::Retry, Verdict::Retry { due, held: false, error: "later".to_owned() })
            }
            _ => (Settling::Handled, Verdict::Handled),
        };
        Log::add(path, Op::Settling(number, settling));
        inbox.settle(&claimed, verdict);
        settled.push(number);
    }
    settled
}

/// Appends and waits; the log has what was promised where it was promised.
fn append(
    path: &Path,
    inbox: &SqliteInbox,
    events: &[u32],
    settled: Vec<u32>,
    remembered: Option<u32>,
) -> Vec<EventId> {
    let mut batch = Batch::default();
    batch.events = events.iter().map(|number| event(*number)).collect();
    batch.claim = true;
    if let Some(value) = remembered {
        Log::add(path, Op::Remembering(value));
        batch.remember.push(Remember::Put("value".to_owned(), value.to_string().into_bytes()));
    }
    let (tell, told) = mpsc::channel();
    let (log, numbers) = (path.to_owned(), events.to_vec());
    let done = move |result: bitcart_events::Result<Vec<Option<EventId>>>| {
        let stored = numbers.into_iter().map(Op::Accepted).chain(settled.into_iter().map(Op::Settled));
        stored.chain(remembered.map(Op::Remembered)).for_each(|op| Log::add(&log, op));
        tell.send(result).unwrap();
    };
    inbox.append(batch, Box::new(done));
    told.recv().unwrap().unwrap().into_iter().map(|id| id.expect("each height is new")).collect()
}

/// What an earlier start left.
fn claim(inbox: &SqliteInbox) -> Vec<(u32, Claimed)> {
    let claims = wait(inbox.claim(100_000, true)).unwrap();
    claims
        .events
        .into_iter()
        .map(|event| (number(&event.event.text).expect("a text of ours"), event))
        .collect()
}

fn checkpoint(path: &Path, how: &str) {
    let other = rusqlite::Connection::open(path).unwrap();
    other.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |_| Ok(())).unwrap();
}
