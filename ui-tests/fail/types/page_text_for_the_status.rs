use bitcart_events::{Event, on};

#[on("new_payment")]
fn paid(event: Event, status: &str) {
    println!("{event}: {status}");
}

fn main() {}

//~ &str
