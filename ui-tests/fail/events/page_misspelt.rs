use bitcart_events::{Event, on};

#[on("new_blok")]
fn block(event: Event, height: u64) {
    println!("{event}: {height}");
}

fn main() {}

//~ "new_blok"
