bitcart_events::events! {
    mod shop {
        #[currency(DOGE)]
        order_shipped { order_id: Int }
    }
}

fn main() {}

//~ DOGE
