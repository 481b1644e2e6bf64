bitcart_events::events! {
    mod shop {
        order_shipped { instance: Str }
    }
}

fn main() {}

//~ instance
