bitcart_events::events! {
    mod shop {
        #[currency()]
        order_shipped { order_id: Int }
    }
}

fn main() {}

//~ #[currency()]
