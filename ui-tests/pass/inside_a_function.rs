use bitcart_events::{Coin, Event, handlers, on};

fn main() {
    #[on("new_block", register = false)]
    fn block(_event: Event, _height: u64) {}

    Coin::btc("xpub").add_event_handlers(handlers![block]).unwrap();
}
