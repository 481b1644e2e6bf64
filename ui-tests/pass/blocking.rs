use bitcart_events::{Event, on};

#[on("new_block", blocking)]
fn block(_event: Event, _height: u64) {
    std::thread::sleep(std::time::Duration::ZERO);
}

fn main() {}
