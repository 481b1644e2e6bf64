bitcart_events::events! {
    order_shipped { order_id: Int }
}

fn main() {}

//~ order_shipped
