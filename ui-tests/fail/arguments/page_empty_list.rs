use bitcart_events::{Event, on};

#[on([])]
fn anything(event: Event) {
    println!("{event}");
}

fn main() {}

//~ []
