bitcart_events::events! {
    mod shop {
        order_shipped { order_id: Int }
        OrderShipped { order_id: Int }
    }
}

fn main() {}

//~ OrderShipped
