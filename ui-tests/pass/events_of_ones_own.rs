//! Described after their use, in a module of their own, in a function; with every kind of field.

use bitcart_events::field::Json;
use bitcart_events::{Coin, Decimal, Event, PaymentStatus, handlers, on};

#[on("order_shipped", schema = shop)]
async fn shipped(
    event: Event,
    instance: Coin,
    order_id: u64,
    carrier: Option<&str>,
    express: bool,
    paid: Decimal,
    status: PaymentStatus,
    parcels: Vec<String>,
    r#type: Json<Vec<u8>>,
) {
    println!("{event} {instance:?} {order_id} {carrier:?} {express} {paid} {status} {parcels:?} {type:?}");
}

bitcart_events::events! {
    mod shop {
        order_shipped {
            order_id: Int,
            carrier: Option<Str>,
            express: Bool,
            paid: Amount,
            status: Status,
            parcels: List,
            r#type: Json,
        }
        r#loop {}
    }
}

#[on(["loop", "order_shipped"], schema = self::shop, register = false)]
fn either(event: Event, order_id: Option<u8>) {
    println!("{event} {order_id:?}");
}

mod nested {
    bitcart_events::events! {
        /// With documentation.
        pub(super) mod stock {
            /// There is no more of it.
            sold_out {
                /// What it is.
                article: Str,
            }
        }
    }

    bitcart_events::events! {
        pub mod shop {
            closed {}
        }
    }
}

#[on("sold_out", schema = nested::stock)]
fn sold_out(_event: Event, article: String) {
    println!("{article}");
}

#[on("closed", schema = nested::shop)]
fn closed(_event: &str) {}

fn main() {
    bitcart_events::events! {
        mod local {
            begun { at: Int }
        }
    }

    #[on("begun", schema = local)]
    fn begun(_event: Event, at: i64) {
        println!("{at}");
    }

    let _ = handlers![shipped, either, sold_out, closed, begun];
    let names: Vec<&str> = shop::EVENTS.iter().map(|event| event.name).collect();
    assert_eq!(names, ["order_shipped", "loop"]);
}
