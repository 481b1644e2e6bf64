//! Every type that a field can be taken as.

use std::borrow::Cow;
use std::sync::Arc;

use bitcart_events::{Coin, Decimal, Event, PaymentStatus, State, events, on};

events! {
    mod shop {
        order_shipped { parcels: Int }
    }
}

macro_rules! integers {
    ($($name:ident $ty:ty,)*) => { $(
        #[on("order_shipped", schema = shop, register = false)]
        fn $name(_event: Event, _parcels: $ty) {}
    )* };
}
integers!(a u8, b u16, c u32, d u64, e u128, f usize, g i8, h i16, i i32, j i64, k i128, l isize,);

#[on("new_transaction", currency = "TRX")]
async fn texts(
    _event: &str,
    _instance: Coin,
    _tx: &str,
    _from_address: Cow<'_, str>,
    _to: Box<str>,
    _contract: Option<Arc<str>>,
    _amount: std::string::String,
) {
}

#[on("new_payment", daemon = "current")]
fn others(
    _event: Event,
    _status: PaymentStatus,
    _sent_amount: Decimal,
    _tx_hashes: Vec<Cow<'_, str>>,
    _shared: State<Vec<u8>>,
    _contract: Option<Option<String>>,
) {
}

#[on("new_payment", currency = "ETH")]
fn in_options(_event: Event, _status: Option<i8>, _tx_hashes: Option<Vec<Arc<str>>>, _address: Option<&str>) {}

fn main() {}
