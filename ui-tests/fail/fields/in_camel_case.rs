#![allow(unused)]

use bitcart_events::{Event, on};

#[on("new_payment")]
fn paid(event: Event, statusStr: &str) {}

fn main() {}

//~ statusStr
