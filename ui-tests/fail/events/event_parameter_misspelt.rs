use bitcart_events::on;

#[on("new_block")]
fn block(_evnt: &str, _height: u64) {}

fn main() {}

//~ _evnt
