use bitcart_events::{Delivery, on};

#[on("new_block")]
async fn block(_event: Delivery) {}

fn main() {}

//~ Delivery
