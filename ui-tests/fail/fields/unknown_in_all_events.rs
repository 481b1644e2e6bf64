use bitcart_events::{Event, PaymentStatus, on};

#[on(["new_block", "verified_tx"])]
fn either(_event: Event, _status: Option<PaymentStatus>) {}

fn main() {}

//~ _status
