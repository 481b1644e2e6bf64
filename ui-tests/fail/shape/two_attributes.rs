use bitcart_events::{Event, on};

#[on("new_block")]
#[on("new_payment")]
fn either(_event: Event) {}

fn main() {}

//~ #[on("new_payment")]
