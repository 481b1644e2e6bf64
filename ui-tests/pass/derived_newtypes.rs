//! Newtypes by derive: owned, borrowed, named, generic, one on another, of every kind.

use bitcart_events::field::{AmountField, BoolField, IntField, Json, JsonField, ListField, StatusField, StrField};
use bitcart_events::{Decimal, Event, PaymentStatus, on};

#[derive(StrField)]
struct OrderId(String);

#[derive(StrField)]
struct Note<'a> {
    text: &'a str,
}

#[derive(IntField, StatusField)]
struct Number<T>(T);

#[derive(AmountField)]
struct Price(Decimal);

#[derive(StatusField)]
struct Progress(PaymentStatus);

#[derive(ListField)]
struct Hashes(Vec<String>);

#[derive(BoolField)]
struct Express(bool);

#[derive(JsonField)]
struct Items(Json<Vec<u8>>);

#[derive(StrField)]
struct Outer(OrderId);

bitcart_events::events! {
    mod shop {
        order_shipped { express: Bool, items: Json }
    }
}

#[on("new_payment", daemon = "current")]
fn paid(
    _event: Event,
    address: Outer,
    status: Progress,
    status_str: Note<'_>,
    tx_hashes: Hashes,
    sent_amount: Price,
    contract: Option<OrderId>,
) {
    println!("{} {} {} {:?} {}", address.0.0, status.0, status_str.text, tx_hashes.0, sent_amount.0);
    println!("{:?}", contract.map(|contract| contract.0));
}

#[on("new_block")]
async fn block(_event: Event, height: Number<u64>) {
    println!("{}", height.0);
}

#[on("order_shipped", schema = shop)]
fn shipped(_event: Event, express: Express, items: Items) {
    println!("{} {:?}", express.0, items.0);
}

fn main() {}
