use std::sync::atomic::{AtomicU64, Ordering};

use bitcart_events::{Coin, Event, State, on};

#[derive(Default)]
struct Blocks(AtomicU64);

#[on("new_block")]
async fn block(
    instance: Coin,
    event: Event,
    blocks: State<Blocks>,
    names: bitcart_events::State<Vec<String>>,
) {
    blocks.0.fetch_add(1, Ordering::Relaxed);
    std::future::ready(()).await;
    println!("{event} {instance:?} {}", names.len());
}

fn main() {}
