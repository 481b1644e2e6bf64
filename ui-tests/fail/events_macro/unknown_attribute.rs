bitcart_events::events! {
    mod shop {
        #[serde(default)]
        order_shipped { order_id: Int }
    }
}

fn main() {}

//~ #[serde(default)]
