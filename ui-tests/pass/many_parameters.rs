//! More than are usual, of which the compiler checks the call in another way.

use std::error::Error;

use bitcart_events::{Coin, Delivery, Event, PaymentStatus, State, handlers, on};

#[on("new_payment")]
fn paid(
    event: Event,
    instance: Coin,
    address: &str,
    status: PaymentStatus,
    status_str: &str,
    a: State<u8>,
    b: State<u16>,
    c: State<u32>,
    d: State<u64>,
    e: State<i8>,
    delivery: Delivery,
) {
    println!("{event} {instance:?} {address} {status:?} {status_str} {}", *a as usize + *b as usize);
    println!("{} {}", *c as i64 + *d as i64 + *e as i64, delivery.key());
}

#[on("new_block")]
async fn block(
    event: &str,
    instance: Coin,
    height: u64,
    a: State<u8>,
    b: State<u16>,
    c: State<u32>,
    d: State<u64>,
    e: State<i8>,
    f: State<i16>,
    g: State<i32>,
    h: State<i64>,
) -> Result<(), String> {
    std::future::ready(()).await;
    println!("{event} {instance:?} {height} {} {} {} {} {} {} {} {}", *a, *b, *c, *d, *e, *f, *g, *h);
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let coin = Coin::btc("xpub");
    let error = coin.listener().handlers(handlers![block]).state(1_u8).build().unwrap_err().to_string();
    assert!(error.contains("i64") && !error.contains("u8"), "{error}");
    coin.listener().handlers(handlers![paid]);
    Ok(())
}
