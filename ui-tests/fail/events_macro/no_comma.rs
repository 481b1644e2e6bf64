bitcart_events::events! {
    mod shop {
        order_shipped { order_id: Int carrier: Str }
    }
}

fn main() {}

//~ carrier
