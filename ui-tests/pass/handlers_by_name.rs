use bitcart_events::{Coin, Event, handlers, on};

#[on("new_block", register = false)]
fn block(_event: Event, _height: u64) {}

// The same event again: what is not registered does not clash.
#[on("new_block", register = false)]
async fn block_too(_event: Event, _height: u64) {}

mod payments {
    pub(crate) mod all {
        use bitcart_events::{Event, on};

        #[on("new_payment", register = false)]
        pub(crate) fn paid(_event: Event, _address: &str) {}
    }
}

fn main() {
    let coin = Coin::btc("xpub");
    coin.add_event_handlers(handlers![block, payments::all::paid]).unwrap();
    coin.add_event_handlers(handlers![block_too]).unwrap();
}
