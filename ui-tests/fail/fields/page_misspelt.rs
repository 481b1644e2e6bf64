use bitcart_events::{Event, on};

#[on("new_payment")]
fn paid(event: Event, adress: &str) {
    println!("{event} for {adress}");
}

fn main() {}

//~ adress
