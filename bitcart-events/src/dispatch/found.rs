//! Which handler has which event of a wallet, looked up once for those that came together.

use super::Dispatcher;
use crate::Coin;
use crate::Event;
use crate::handler::Handler;
use crate::own::Own;
use crate::source::Source;

/// Of one wallet. What was found holds until a handler is added anywhere.
#[derive(Default)]
pub(super) struct Found {
    additions: u64,
    handlers: Vec<(Event, Option<Handler>)>,
}

impl Found {
    /// The most specific handler for an event by now.
    pub(super) fn handler(
        &mut self,
        dispatcher: &Dispatcher,
        source: &Source,
        coin: &Coin,
        event: Event,
    ) -> Option<&Handler> {
        // Before the look: what is added meanwhile is found by the next one.
        let additions = Own::additions();
        if self.additions != additions {
            self.handlers.clear();
            self.additions = additions;
        }
        let known = self.handlers.iter().position(|(known, _)| *known == event);
        let place = known.unwrap_or_else(|| {
            self.handlers.push((event, source.find(coin, event, dispatcher.routes())));
            self.handlers.len() - 1
        });
        self.handlers.get(place).and_then(|(_, handler)| handler.as_ref())
    }
}
