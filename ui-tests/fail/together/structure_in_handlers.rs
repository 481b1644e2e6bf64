#![allow(unused)]

use bitcart_events::handlers;

struct Shop;

fn main() {
    let _ = handlers![Shop];
}

//~ handlers![Shop]
