use bitcart_events::{Event, on};

// As if it was the one of the feature `sqlite`, which is not enabled here.
struct InboxTx;

#[on("new_block")]
fn block(_event: Event, _tx: &mut InboxTx) {}

fn main() {}

//~ &mut InboxTx
