#![allow(unused)]

use bitcart_events::{Event, events, on};

events! {
    mod shop {
        order_shipped { order_id: Int }
    }
}

#[on("order_shipped", schema = "shop")]
fn shipped(event: Event, order_id: u64) {}

fn main() {}

//~ "shop"
