bitcart_events::events! {
    mod shop {
        order_shipped { _order_id: Int }
    }
}

fn main() {}

//~ _order_id
