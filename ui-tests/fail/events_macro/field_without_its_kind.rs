bitcart_events::events! {
    mod shop {
        order_shipped { order_id, carrier: Str }
    }
}

fn main() {}

//~ ,
