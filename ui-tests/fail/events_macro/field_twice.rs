bitcart_events::events! {
    mod shop {
        order_shipped { order_id: Int, order_id: Str }
    }
}

fn main() {}

//~ order_id
