bitcart_events::events! {
    mod shop {
        order_shipped
        order_lost { order_id: Int }
    }
}

fn main() {}

//~ order_lost
