bitcart_events::events! {
    pub mod shop {
        order_shipped { order_id: u64, carrier: Option<Str> }
    }
}

fn main() {}

//~ u64
