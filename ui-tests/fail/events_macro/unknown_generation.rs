bitcart_events::events! {
    mod shop {
        order_shipped {
            #[daemon(old)]
            order_id: Int,
        }
    }
}

fn main() {}

//~ old
