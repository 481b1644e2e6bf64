use bitcart_events::{Event, on};

#[cfg(all())]
#[on("new_block")]
fn block(_event: Event, _height: u64) {}

#[cfg(any())]
#[on("new_block")]
fn block(_event: Event, _height: u64) {}

#[on("new_payment")]
#[cfg(all())]
fn paid(_event: Event, _address: &str) {}

#[on("new_payment")]
#[cfg(any())]
fn paid(_event: Event, _address: NotThere) {}

fn main() {}
