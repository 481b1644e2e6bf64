use bitcart_events::{Event, on};

#[on("new_payment", daemon = "current")]
fn paid(_event: Event, _sent_amount: f64) {}

fn main() {}

//~ f64
