use std::rc::Rc;

use bitcart_events::{Event, on};

#[on("new_block")]
async fn block(event: Event, height: u64) {
    let shared = Rc::new(height);
    std::future::ready(()).await;
    println!("{event}: {shared}");
}

fn main() {}

//~ block
