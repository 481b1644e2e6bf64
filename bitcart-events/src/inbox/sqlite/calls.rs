//! The trait's methods: each puts a command into the queue.

use std::sync::atomic::Ordering;

use futures_util::future::{BoxFuture, FutureExt, ready};
use tokio::sync::oneshot;

use super::queue::Command;
use super::settle::Settled;
use super::store::Store;
use super::work::{self, Done, HandedOut, Work};
use super::{SqliteInbox, explain, letters, memory};
use crate::inbox::{
    Batch, Claimed, Claims, Committed, DeadLetter, DeadLetters, Effects, Inbox, InboxStats, Received,
    ReceivedId, Remembered, Verdict,
};
use crate::{BoxError, Error, Result};

impl SqliteInbox {
    /// Runs something between two commits, in the order of the calls.
    pub(super) fn ask<T: Send + 'static>(
        &self,
        done: &'static str,
        run: impl FnOnce(&mut Store) -> rusqlite::Result<T> + Send + 'static,
    ) -> BoxFuture<'static, Result<T>> {
        let (name, (reply, answer)) = (self.0.name.clone(), oneshot::channel());
        let run = move |store: &mut Store| {
            // Who asked may be gone.
            drop(reply.send(run(store).map_err(|error| explain::cannot(&name, done, &error))));
        };
        self.send(Command::Alone(Box::new(run)), answer)
    }

    fn send<T: Send + 'static>(
        &self,
        command: Command,
        answer: oneshot::Receiver<Result<T>>,
    ) -> BoxFuture<'static, Result<T>> {
        // One that is refused takes its sender along.
        self.0.queue.push(command);
        let name = self.0.name.clone();
        async move { answer.await.unwrap_or_else(|_| Err(work::ended(&name))) }.boxed()
    }

    fn attached(&self) -> Error {
        let name = &self.0.name;
        Error::inbox(format!(
            "the inbox `{name}` is attached: only its consumer, which opens it, appends and claims"
        ))
    }
}

impl Inbox for SqliteInbox {
    fn name(&self) -> String {
        self.0.name.to_string()
    }

    fn is_durable(&self) -> bool {
        true
    }

    fn take(&self) -> Result<()> {
        let name = &self.0.name;
        if !self.0.consumes {
            return Err(Error::inbox(format!(
                "the inbox `{name}` is attached, to look at it, replay and discard; for a listener open it with `SqliteInbox::open`"
            )));
        }
        if self.0.is_taken.swap(true, Ordering::AcqRel) {
            return Err(Error::inbox(format!(
                "the inbox `{name}` belongs to another listener already; give each a file of its own, or take one listener for \
                 all wallets"
            )));
        }
        Ok(())
    }

    fn key(&self) -> [u8; 16] {
        self.0.key
    }

    fn append(&self, batch: Batch, done: Committed) {
        let done = Done::new(&self.0.name, done);
        if !self.0.consumes {
            return done.call(Err(self.attached()));
        }
        self.0.queue.push(Command::Work(Work::Append(batch, done)));
    }

    fn claim(&self, most: usize, held: bool) -> BoxFuture<'static, Result<Claims>> {
        if !self.0.consumes {
            return ready(Err(self.attached())).boxed();
        }
        let (reply, answer) = oneshot::channel();
        let claimed = self.send(Command::Work(Work::Claim { most, held, reply }), answer);
        async move { claimed.await.map(HandedOut::take) }.boxed()
    }

    fn settle(&self, event: &Claimed, verdict: Verdict) {
        let settle = Command::Work(Work::Settle(Settled::new(event, verdict)));
        if !self.0.consumes || !self.0.queue.push(settle) {
            tracing::warn!("inbox {}: event {} is settled after it was closed", self.0.name, event.id.0);
        }
    }

    fn settle_with(&self, event: &Claimed, effects: Effects) -> BoxFuture<'static, Result<(), BoxError>> {
        if !self.0.consumes {
            return ready(Err(self.attached().into())).boxed();
        }
        let (reply, answer) = oneshot::channel();
        self.0.queue.push(Command::Work(Work::Effects(event.id, effects.writes, reply)));
        let name = self.0.name.clone();
        async move { answer.await.unwrap_or_else(|_| Err(work::ended(&name).into())) }.boxed()
    }

    fn has_effects(&self) -> bool {
        true
    }

    fn received(&self) -> BoxFuture<'static, Result<Vec<(ReceivedId, Received)>>> {
        self.ask("read", |store| letters::received(&store.conn))
    }

    fn recall(&self, prefix: &str) -> BoxFuture<'static, Result<Remembered>> {
        let prefix = prefix.to_owned();
        self.ask("read", move |store| memory::recall(&store.conn, &prefix))
    }

    fn stats(&self) -> BoxFuture<'static, Result<InboxStats>> {
        self.ask("read", |store| letters::stats(&store.conn))
    }

    fn dead_letters(&self, which: DeadLetters, most: usize) -> BoxFuture<'static, Result<Vec<DeadLetter>>> {
        self.ask("read", move |store| letters::dead(&store.conn, &which, most))
    }

    fn replay(&self, which: DeadLetters) -> BoxFuture<'static, Result<usize>> {
        self.ask("written", move |store| store.transaction(|tx| letters::replay(tx, &which)))
    }

    fn discard(&self, which: DeadLetters) -> BoxFuture<'static, Result<usize>> {
        self.ask("written", move |store| store.transaction(|tx| letters::discard(tx, &which)))
    }

    fn close(&self) -> BoxFuture<'static, Result<()>> {
        let (reply, answer) = oneshot::channel();
        // It may be closed already.
        let closes = self.0.queue.push(Command::Close(reply));
        let name = self.0.name.clone();
        async move { if closes { answer.await.unwrap_or_else(|_| Err(work::ended(&name))) } else { Ok(()) } }
            .boxed()
    }
}
