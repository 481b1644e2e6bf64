use bitcart_events::{Event, handlers, on};

#[on("new_payment")]
fn paid(_event: Event, adress: &str) -> usize {
    adress.len()
}

mod shop {
    use bitcart_events::{Event, on};

    #[on("new_blok")]
    pub async fn block(_event: Event, _height: u64) {}
}

fn main() {
    let event = Event::find("new_payment").unwrap();
    println!("{}", paid(event, "a") + 1);
    drop(shop::block(event, 1));
    let coin = bitcart_events::Coin::btc("xpub");
    coin.add_event_handlers(handlers![paid, shop::block]).unwrap();
}

//~ adress
//~ "new_blok"
//~ usize
