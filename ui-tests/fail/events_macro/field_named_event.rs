bitcart_events::events! {
    mod shop {
        order_shipped { event: Str }
    }
}

fn main() {}

//~ event
