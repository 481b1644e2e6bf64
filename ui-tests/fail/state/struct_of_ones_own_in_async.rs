#![allow(unused)]

use std::cell::RefCell;

use bitcart_events::{Event, State, on};

struct Shop {
    orders: RefCell<Vec<String>>,
}

#[on("new_payment")]
async fn paid(event: Event, address: &str, shop: State<Shop>) {
    save(address).await;
    shop.orders.borrow_mut().push(address.to_owned());
}

async fn save(address: &str) {}

fn main() {}

//~ State<Shop>
