//! The crate's part of each case. What has no door of its own is what two calls differ in: a body for a stranger's wallet is
//! read no further than its envelope, and an update without a handler no further than its fields.

use bitcart_events::{ApiManager, Handlers, Listener, handlers};
use tokio::runtime::{Builder, Runtime};

use crate::bodies::{self, WALLET};
use crate::handlers as given;
use crate::many;
use crate::peers_body::Body;
use crate::{Case, Outcome};

/// A body that is passed again and again.
struct Passing {
    runtime: Runtime,
    listener: Listener,
    body: Body,
    repetition: usize,
}

impl Passing {
    fn case(handlers: Handlers, more: &[&str], body: Body) -> Outcome<Case> {
        let manager = ApiManager::builder().wallet("BTC", WALLET).build()?;
        for name in more {
            manager.add_event_handler(*name, |_| std::future::ready(Ok(())))?;
        }
        let listener = manager.listener().without_registry().handlers(handlers).build()?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let mut this = Self { runtime, listener, body, repetition: 0 };
        Ok(Box::new(move || this.pass()))
    }

    /// How many updates came to a handler.
    fn pass(&mut self) -> usize {
        self.repetition += 1;
        let body = self.body.at(self.repetition);
        let report = self.runtime.block_on(self.listener.process_updates(body));
        report.map_or(usize::MAX, |report| report.handled)
    }
}

/// Of 100 updates, for somebody else.
pub(crate) fn envelope() -> Outcome<Case> {
    Passing::case(handlers![given::block], &[], Body::as_it_is(bodies::payments(100, "stranger")))
}

/// The same and the updates' fields, for which there is no handler.
pub(crate) fn fields() -> Outcome<Case> {
    Passing::case(handlers![given::block], &[], Body::as_it_is(bodies::payments(100, WALLET)))
}

/// Transactions and payments in turn.
pub(crate) fn whole(updates: usize) -> Outcome<Case> {
    let handlers = handlers![given::transaction, given::borrowed];
    Passing::case(handlers, &[], Body::new(bodies::mixed(updates)))
}

/// 100 payments, to one handler.
pub(crate) fn extraction(handlers: Handlers) -> Outcome<Case> {
    Passing::case(handlers, &[], Body::as_it_is(bodies::payments(100, WALLET)))
}

/// 100 transactions that are new each time.
pub(crate) fn merge_new() -> Outcome<Case> {
    Passing::case(handlers![given::transaction], &[], Body::new(bodies::transactions(100)))
}

/// 100 transactions that were delivered before.
pub(crate) fn merge_known() -> Outcome<Case> {
    let mut body = Body::new(bodies::transactions(100));
    let text = String::from_utf8(body.at(0).to_vec())?;
    Passing::case(handlers![given::transaction], &[], Body::as_it_is(text))
}

/// 100 payments, where there are this many handlers.
pub(crate) fn among(count: usize) -> Outcome<Case> {
    let four = handlers![given::borrowed, given::transaction, given::block, given::verified];
    let names = many::names();
    let more = names.get(..count - 4).ok_or("there are not so many events")?;
    Passing::case(four, more, Body::as_it_is(bodies::payments(100, WALLET)))
}
