bitcart_events::events! {
    mod shop {
        order_shipped { parcels: Vec<u64> }
    }
}

fn main() {}

//~ Vec<u64>
