use std::borrow::Cow;

use bitcart_events::{Event, PaymentStatus, on};

#[on("new_payment")]
async fn paid(event: Event, address: &str, status_str: Cow<'_, str>, status: PaymentStatus) {
    std::future::ready(()).await;
    println!("{event} {address} {status_str} {status:?}");
}

fn main() {}
