//! The inbox of a victim: one in a file that tells what it is asked for; and two that break its promises, which the checks
//! have to find out.

use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::time::{Duration, SystemTime};

use bitcart_events::inbox::{
    Batch, Claimed, Claims, Committed, DeadLetter, DeadLetters, Effects, Inbox, InboxStats, Received,
    ReceivedId, SqliteInbox, Verdict,
};
use bitcart_events::{BoxError, Result};
use futures_util::future::{BoxFuture, FutureExt, ready};

use crate::teller::say;

/// How an inbox can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It says that a batch is committed, and then commits it.
    AnswersFirst,
    /// It writes down that an event is handled when it hands it out.
    SettlesFirst,
}

impl Wrong {
    pub const ALL: [Self; 2] = [Self::AnswersFirst, Self::SettlesFirst];

    pub fn name(self) -> &'static str {
        match self {
            Self::AnswersFirst => "answers-first",
            Self::SettlesFirst => "settles-first",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wrong| wrong.name() == name)
    }
}

/// How late the wrong one commits what it has answered.
const LATE: Duration = Duration::from_millis(5);
/// How soon the dispatcher is to look for what the wrong ones did not tell it of.
const SOON: Duration = Duration::from_millis(2);

/// An inbox in a file, and how it is wrong.
#[derive(Debug)]
pub struct Watched {
    inner: Arc<SqliteInbox>,
    wrong: Option<Wrong>,
    late: Option<Sender<Batch>>,
}

impl Watched {
    pub fn new(inbox: SqliteInbox, wrong: Option<Wrong>) -> Self {
        let inner = Arc::new(inbox);
        let late = (wrong == Some(Wrong::AnswersFirst)).then(|| commit_late(Arc::clone(&inner)));
        Self { inner, wrong, late }
    }
}

fn commit_late(inner: Arc<SqliteInbox>) -> Sender<Batch> {
    let (late, batches) = mpsc::channel::<Batch>();
    std::thread::spawn(move || {
        for batch in batches {
            std::thread::sleep(LATE);
            inner.append(batch, Box::new(|_| ()));
        }
    });
    late
}

impl Inbox for Watched {
    fn name(&self) -> String {
        self.inner.name()
    }

    fn is_durable(&self) -> bool {
        true
    }

    fn key(&self) -> [u8; 16] {
        self.inner.key()
    }

    fn append(&self, mut batch: Batch, done: Committed) {
        say("append");
        let told = move |ids| {
            say("appended");
            done(ids);
        };
        match (self.wrong, &self.late) {
            (None, _) => self.inner.append(batch, Box::new(told)),
            (Some(_), Some(late)) => {
                // The numbers are not known yet, so the dispatcher finds the events when it claims.
                batch.claim = false;
                told(Ok(vec![None; batch.events.len()]));
                drop(late.send(batch));
            }
            (Some(_), None) => {
                batch.claim = false;
                let hidden = move |ids: Result<Vec<_>>| told(ids.map(|ids| vec![None; ids.len()]));
                self.inner.append(batch, Box::new(hidden));
            }
        }
    }

    fn claim(&self, most: usize, held: bool) -> BoxFuture<'static, Result<Claims>> {
        let claims = self.inner.claim(most, held);
        let Some(wrong) = self.wrong else { return claims };
        let inner = Arc::clone(&self.inner);
        async move {
            let mut claims = claims.await?;
            if wrong == Wrong::SettlesFirst {
                claims.events.iter().for_each(|event| inner.settle(event, Verdict::Handled));
            }
            claims.next_due = Some(SystemTime::now() + SOON);
            Ok(claims)
        }
        .boxed()
    }

    fn settle(&self, event: &Claimed, verdict: Verdict) {
        say("settle");
        self.inner.settle(event, verdict);
    }

    fn settle_with(
        &self,
        event: &Claimed,
        effects: Effects,
    ) -> BoxFuture<'static, std::result::Result<(), BoxError>> {
        if self.wrong == Some(Wrong::SettlesFirst) {
            // It is settled already.
            return ready(Ok(())).boxed();
        }
        let settled = self.inner.settle_with(event, effects);
        async move {
            let settled = settled.await;
            say("settled");
            settled
        }
        .boxed()
    }

    fn has_effects(&self) -> bool {
        self.inner.has_effects()
    }

    fn received(&self) -> BoxFuture<'static, Result<Vec<(ReceivedId, Received)>>> {
        self.inner.received()
    }

    fn recall(&self, prefix: &str) -> BoxFuture<'static, Result<Vec<(String, Vec<u8>)>>> {
        self.inner.recall(prefix)
    }

    fn stats(&self) -> BoxFuture<'static, Result<InboxStats>> {
        self.inner.stats()
    }

    fn dead_letters(&self, which: DeadLetters, most: usize) -> BoxFuture<'static, Result<Vec<DeadLetter>>> {
        self.inner.dead_letters(which, most)
    }

    fn replay(&self, which: DeadLetters) -> BoxFuture<'static, Result<usize>> {
        self.inner.replay(which)
    }

    fn discard(&self, which: DeadLetters) -> BoxFuture<'static, Result<usize>> {
        self.inner.discard(which)
    }

    fn close(&self) -> BoxFuture<'static, Result<()>> {
        self.inner.close()
    }
}
