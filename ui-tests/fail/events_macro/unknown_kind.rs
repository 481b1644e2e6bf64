bitcart_events::events! {
    mod shop {
        order_shipped { order_id: Number }
    }
}

fn main() {}

//~ Number
