use bitcart_events::on;

#[on("new_block")]
fn block(_height: u64) {}

fn main() {}

//~ block
