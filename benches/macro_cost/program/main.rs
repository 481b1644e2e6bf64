#![allow(dead_code)] // Which functions are kept by name depends on the program.

use std::future::Future;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bitcart_events::Coin;

#[path = "lib.rs"]
mod handlers;

fn main() -> bitcart_events::Result<()> {
    keep();
    let coin = Coin::btc("xpub");
    let listener =
        coin.listener().state(handlers::Shop::default()).state(handlers::Chain::default()).build()?;
    let updates = pin!(listener.process_updates("[]"));
    let _ = black_box(updates.poll(&mut Context::from_waker(Waker::noop())));
    Ok(())
}

fn keep_future<F: Future>(_: impl FnOnce() -> F) {
    black_box(F::poll as fn(Pin<&mut F>, &mut Context<'_>) -> Poll<F::Output>);
}

fn any<T>() -> T {
    unreachable!()
}

