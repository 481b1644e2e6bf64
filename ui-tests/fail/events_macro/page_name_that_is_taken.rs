bitcart_events::events! {
    pub mod shop {
        new_payment { order_id: Int }
    }
}

fn main() {}

//~ new_payment
