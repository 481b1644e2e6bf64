//! What is checked when a listener is built, before it listens. Every problem is listed, not the first.

use std::fmt::Write;

use crate::handler::{Duplicate, Handler, Routes, States};
use crate::inbox::Inbox;
use crate::schema::{self, Event};
use crate::source::Source;
use crate::{Error, ErrorKind, Result};

/// The handlers by event.
pub(super) fn routes(handlers: &[Handler]) -> (Routes, Vec<Duplicate>) {
    let mut routes = Routes::default();
    let mut duplicates = Vec::new();
    for handler in handlers {
        routes.insert(handler, &mut |duplicate| {
            // One that registered itself, and is named by hand too, is one.
            if duplicate.first != duplicate.second {
                duplicates.push(duplicate);
            }
        });
    }
    (routes, duplicates)
}

/// Why a handler that was written is not there.
pub(crate) const UNLINKED: &str = "a library crate that only stands in Cargo.toml registers nothing, because the linker \
                                   leaves it out: write `use that_crate as _;`, or name its handlers with `handlers!`";

/// A daemon would refuse a wallet without a key for ever.
pub(super) fn check_wallets(source: &Source) -> Result<()> {
    for coin in source.all_coins() {
        if coin.wallet().is_some_and(|key| key.trim().is_empty()) {
            let message = format!(
                "a wallet of {} has an empty key: name the one that its daemon knows, like `xpub…`",
                coin.currency()
            );
            return Err(Error::new(ErrorKind::Settings, message));
        }
    }
    Ok(())
}

/// One error that names every problem, each with file and line and what to do.
pub(super) fn check(
    duplicates: &[Duplicate],
    handlers: &[Handler],
    states: &States,
    inbox: &dyn Inbox,
    expected: &[String],
) -> Result<()> {
    let mut problems: Vec<String> = Vec::new();
    // Those of one name follow each other, and nobody could say which is meant.
    for two in schema::own_events().windows(2) {
        if let [one, other] = two
            && one.name == other.name
        {
            problems.push(format!(
                "event `{}` is described twice, in {}:{} and in {}:{}; give one of the two another name",
                one.name, one.file, one.line, other.file, other.line
            ));
        }
    }
    for Duplicate { currency, first, second } in duplicates {
        let event = first.event;
        let of = currency.map(|currency| format!(" of {currency}")).unwrap_or_default();
        problems.push(format!(
            "`{event}`{of} has two handlers: {first} and {second}; \
             remove one, or leave it out of the registry with `register = false`"
        ));
    }
    // A handler of several events stands here once for each.
    let mut add_once = |problem: String| {
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    };
    for handler in handlers {
        for need in handler.states() {
            if !states.meets(need) {
                let (info, name) = (handler.info(), need.name);
                add_once(format!(
                    "{info} asks for `State<{name}>`, which was not given; build the listener with `.state(…)` \
                     (`run_webhook()`, `run_websocket()` and `run_polling()` give none: see `Settings`)"
                ));
            }
        }
    }
    for handler in handlers {
        if handler.needs_inbox_tx() && !inbox.has_effects() {
            let (info, inbox) = (handler.info(), inbox.name());
            add_once(format!(
                "{info} asks for `InboxTx`, but the inbox is {inbox}, which has no transactions; build the listener with \
                 `.inbox(SqliteInbox::open(\"events.db\")?)`, or set BITCART_INBOX=events.db"
            ));
        }
    }
    for name in expected {
        match Event::find(name) {
            Err(unknown) => {
                problems.push(format!("a handler is expected for what is no event: {unknown}; {UNLINKED}"))
            }
            Ok(event) if handlers.iter().any(|handler| handler.event() == event) => {}
            Ok(event) => {
                problems.push(format!("`{event}` was expected to have a handler and has none; {UNLINKED}"));
            }
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    let count = match problems.len() {
        1 => "one problem".to_owned(),
        several => format!("{several} problems"),
    };
    let mut message = format!("the listener cannot be built, {count} with its handlers:");
    for problem in problems {
        // Writing to a `String` does not fail.
        let _ = write!(message, "\n  - {problem}");
    }
    Err(Error::new(ErrorKind::Handlers, message))
}
