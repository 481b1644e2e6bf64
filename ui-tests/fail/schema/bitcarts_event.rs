#![allow(unused)]

use bitcart_events::{Event, on};

bitcart_events::events! {
    mod shop {
        order_shipped { order_id: Int, carrier: Option<Str>, express: Bool, paid: Amount, items: Json }
        order_lost { order_id: Int }
    }
}

#[on("new_block", schema = shop)]
fn block(event: Event, height: u64) {}

fn main() {}

//~ "new_block"
