#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_payment")]
async fn paid(event: Event, status: PaymentStatus) {}

fn main() {}

//~ PaymentStatus
