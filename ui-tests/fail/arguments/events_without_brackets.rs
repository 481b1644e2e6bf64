use bitcart_events::{Event, on};

#[on("new_block", "new_payment")]
fn either(_event: Event, _height: Option<u64>, _address: Option<&str>) {}

fn main() {}

//~ "new_payment"
