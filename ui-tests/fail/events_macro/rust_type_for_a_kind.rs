bitcart_events::events! {
    mod shop {
        order_shipped { order_id: u64 }
    }
}

fn main() {}

//~ u64
