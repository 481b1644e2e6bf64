bitcart_events::events! {
    mod shop {
        order_shipped { type: Str }
    }
}

fn main() {}

//~ type
