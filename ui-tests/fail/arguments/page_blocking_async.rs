use bitcart_events::{Event, on};

#[on("new_block", blocking)]
async fn block(event: Event, height: u64) {
    println!("{event}: {height}");
}

fn main() {}

//~ blocking
