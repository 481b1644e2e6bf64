bitcart_events::events! {
    mod shop {
        order_shipped { carrier: Option<String> }
    }
}

fn main() {}

//~ String
