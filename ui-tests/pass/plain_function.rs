use bitcart_events::{Event, on};

#[on("new_block")]
fn block(event: Event, height: u64) {
    println!("{event} {height}");
}

fn main() {
    block(Event::find("new_block").unwrap(), 1);
}
