use bitcart_events::{Event, on};

#[on("new_block")]
fn block(event: Event, height: String) {
    println!("{event}: {height}");
}

fn main() {}

//~ String
