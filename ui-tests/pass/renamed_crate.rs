use bitcart_events as be;

#[be::on("new_payment", crate = be)]
async fn paid(_event: be::Event, _address: &str, _orders: be::State<u8>) {}

#[be::on("new_block", register = false, crate = crate::be)]
fn block(_event: be::Event, _height: u64) {}

#[be::on("new_transaction", crate = ::bitcart_events)]
fn seen(_event: be::Event, _tx: &str) {}

fn main() {
    let _ = be::handlers![block];
}
