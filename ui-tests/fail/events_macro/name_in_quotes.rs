bitcart_events::events! {
    mod shop {
        "order_shipped" { order_id: Int }
    }
}

fn main() {}

//~ "order_shipped"
