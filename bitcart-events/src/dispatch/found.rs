//! Which handler has which event of a wallet, looked up once for those that came together.

use super::Dispatcher;
use crate::handler::{Handler, additions};
use crate::source::Source;
use crate::{Coin, Event};

/// Of one coin. What was found holds until a handler is added anywhere.
#[derive(Default)]
pub(super) struct Found {
    coin: Option<Coin>,
    additions: u64,
    handlers: Vec<(Event, Option<Handler>)>,
}

impl Found {
    /// The most specific handler for an event of a wallet by now.
    pub(super) fn handler(
        &mut self,
        dispatcher: &Dispatcher,
        source: &Source,
        coin: &Coin,
        event: Event,
    ) -> Option<&Handler> {
        let is_known = self.is_of(coin, additions::counted());
        let known = self.handlers.iter().position(|(known, _)| is_known && *known == event);
        let place = known.unwrap_or_else(|| self.find(dispatcher, source, coin, event));
        self.handlers.get(place).and_then(|(_, handler)| handler.as_ref())
    }

    fn is_of(&self, coin: &Coin, additions: u64) -> bool {
        self.additions == additions && self.coin.as_ref().is_some_and(|known| known.is(coin))
    }

    // By itself, so that what is mostly done stays small enough to stand where it is needed.
    #[cold]
    fn find(&mut self, dispatcher: &Dispatcher, source: &Source, coin: &Coin, event: Event) -> usize {
        // Before the look: what is added meanwhile is found by the next one.
        let additions = additions::counted();
        // A wallet that was removed and added again is another coin, with handlers of its own.
        if !self.is_of(coin, additions) {
            // A vector would find room for as many with the first, but not as fast.
            *self = Self { coin: Some(coin.clone()), additions, handlers: Vec::with_capacity(4) };
        }
        self.handlers.push((event, source.find(coin, event, dispatcher.routes())));
        self.handlers.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::dispatch::{Limits, Policy};
    use crate::handler::{Routes, States};
    use crate::inbox::MemoryInbox;
    use crate::{Payload, Update, event};

    #[test]
    fn what_was_found_is_of_one_coin_and_until_a_handler_is_added() {
        let (routes, states) = (Routes::default(), States::default());
        let inbox = Arc::new(MemoryInbox::new());
        let dispatcher = Dispatcher::new(routes, states, Limits::default(), Policy::default(), inbox);
        let event = Event::new(event::NewBlock::SCHEMA);
        let add = |coin: &Coin| coin.add_event_handler("new_block", |_: Update| async { Ok(()) }).unwrap();
        // The same wallet, added again.
        let (old, new) = (Coin::btc("w"), Coin::btc("w"));
        add(&new);
        let (source, mut found) = (Source::Coin(old.clone()), Found::default());
        let mut has = |coin| found.handler(&dispatcher, &source, coin, event).is_some();
        assert!(!has(&old) && has(&new) && !has(&old));
        add(&old);
        assert!(has(&old));
    }
}
