#![allow(unused)]

use bitcart_events::{Event, on};

bitcart_events::events! {
    mod shop {
        order_shipped { order_id: Int, carrier: Option<Str>, express: Bool, paid: Amount, items: Json }
        order_lost { order_id: Int }
    }
}

#[on("order_shipped")]
fn shipped(event: Event, order_id: u64) {}

fn main() {}

//~ "order_shipped"
