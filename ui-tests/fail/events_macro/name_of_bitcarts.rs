bitcart_events::events! {
    mod shop {
        new_payment { order_id: Int }
    }
}

fn main() {}

//~ new_payment
