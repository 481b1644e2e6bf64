#![allow(unused)]

use bitcart_events::{Event, State, on};

trait Db {}

#[on("new_block")]
fn block(event: Event, db: State<dyn Db>) {}

fn main() {}

//~ State<dyn Db>
