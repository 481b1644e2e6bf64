bitcart_events::events! {
    mod shop {
        order_shipped { price: f64 }
    }
}

fn main() {}

//~ f64
