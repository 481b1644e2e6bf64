use bitcart_events::{Event, on};

bitcart_events::events! {
    pub mod shop {
        order_shipped { order_id: Int }
    }
}

#[on("order_shipped", schema = shop)]
fn shipped(event: Event, oder_id: u64) {
    println!("{event}: {oder_id}");
}

fn main() {}

//~ oder_id
