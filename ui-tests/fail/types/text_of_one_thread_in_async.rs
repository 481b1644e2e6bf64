#![allow(unused)]

use std::rc::Rc;

use bitcart_events::{Event, on};

#[on("new_payment")]
async fn paid(event: Event, address: Rc<str>) {}

fn main() {}

//~ Rc<str>
