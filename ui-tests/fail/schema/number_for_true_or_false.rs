#![allow(unused)]

use bitcart_events::{Event, on};

bitcart_events::events! {
    mod shop {
        order_shipped { order_id: Int, carrier: Option<Str>, express: Bool, paid: Amount, items: Json }
        order_lost { order_id: Int }
    }
}

#[on("order_shipped", schema = shop)]
fn shipped(event: Event, express: u8) {}

fn main() {}

//~ u8
