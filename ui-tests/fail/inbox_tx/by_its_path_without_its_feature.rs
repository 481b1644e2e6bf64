use bitcart_events::{Event, on};

#[on("new_payment")]
async fn paid(_event: Event, _address: &str, _book: bitcart_events::InboxTx) {}

fn main() {}

//~ InboxTx
