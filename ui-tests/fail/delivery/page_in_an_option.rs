use bitcart_events::{Delivery, Event, on};

#[on(["new_block", "new_payment"])]
fn either(event: Event, delivery: Option<Delivery>) {
    println!("{event}: {:?}", delivery.map(|delivery| delivery.attempt()));
}

fn main() {}

//~ Option<Delivery>
