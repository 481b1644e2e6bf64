use bitcart_events::{Event, on};

#[on("new_payment")]
fn paid(event: Event, address: &str, attempt: u32) {
    println!("{event} for {address}, attempt {attempt}");
}

fn main() {}

//~ attempt
