use bitcart_events::{Event, on};

struct NoSuchOrder;

#[on("new_payment")]
async fn paid(event: Event, address: &str) -> Result<(), NoSuchOrder> {
    println!("{event} for {address}");
    Err(NoSuchOrder)
}

fn main() {}

//~ Result<(), NoSuchOrder>
