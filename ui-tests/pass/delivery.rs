use bitcart_events::{Delivery, Event, Origin, State, on};

#[on("new_block")]
async fn awaited(event: Event, delivery: Delivery) {
    std::future::ready(()).await;
    println!("{event} {} {}", delivery.key(), delivery.attempt());
}

#[on("new_payment", retries = 5)]
fn plain(how: bitcart_events::Delivery, _event: Event, address: &str) -> Result<(), String> {
    match how.origin() {
        Origin::Live | Origin::Drained => Ok(()),
        _ => Err(format!("{address} came late, at {:?}", how.accepted())),
    }
}

// Whatever it is called: its type says what it is.
#[on("new_transaction", blocking, retries = 0)]
fn blocking(event: Event, tx: Delivery) {
    println!("{event} {tx:?}");
}

mod post {
    pub struct Delivery;
}

// A state of that name is the user's own.
#[on(["verified_tx", "new_block"], currency = "BTC")]
fn several(event: Event, _delivery: Delivery, height: Option<u64>, boy: State<post::Delivery>) {
    let _ = boy;
    println!("{event} {height:?}");
}

fn main() {
    let event = Event::find("new_payment").unwrap();
    let delivery = Delivery::new("key").with_attempt(2).with_origin(Origin::Reconciled);
    plain(delivery.clone(), event, "a").unwrap_err();
    assert_eq!((delivery.key(), delivery.attempt()), ("key", 2));
}
