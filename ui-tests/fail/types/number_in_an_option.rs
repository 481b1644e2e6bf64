use bitcart_events::{Event, on};

#[on("new_payment")]
fn paid(_event: Event, _sent_amount: Option<u64>) {}

fn main() {}

//~ Option<u64>
