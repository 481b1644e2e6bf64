use bitcart_events::{Event, on};

#[on("new_block")]
fn block(_event: Event, _height: u64) -> impl Future<Output = ()> {
    async {}
}

fn main() {}

//~ impl Future<Output = ()>
