use bitcart_events::{Event, on};

#[on("new_payment")]
fn paid(_event: Event, _adress: &str) {}

fn main() {}

//~ _adress
