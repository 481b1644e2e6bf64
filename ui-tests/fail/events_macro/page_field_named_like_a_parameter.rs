bitcart_events::events! {
    pub mod shop {
        order_shipped { instance: Int }
    }
}

fn main() {}

//~ instance
