#![allow(unused)]

use bitcart_events::{Event, State, on};

use std::sync::Mutex;

#[on("new_block")]
async fn block(event: Event, height: u64, blocks: State<Mutex<u64>>) {
    let mut highest = blocks.lock().unwrap();
    std::future::ready(()).await;
    *highest = height;
}

fn main() {}

//~ block
