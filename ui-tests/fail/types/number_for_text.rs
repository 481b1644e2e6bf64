use bitcart_events::{Event, on};

#[on("new_transaction")]
async fn seen(_event: Event, _tx: u64) {}

fn main() {}

//~ u64
