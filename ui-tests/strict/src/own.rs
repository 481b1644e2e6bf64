//! Events of one's own, and types of one's own for their fields.

#![forbid(
    dead_code,
    missing_docs,
    missing_copy_implementations,
    missing_debug_implementations,
    non_snake_case,
    unreachable_pub,
    unused
)]
#![forbid(clippy::all, clippy::pedantic, clippy::nursery, clippy::exhaustive_structs)]

use core::future::ready;
use payments::field::{AmountField, IntField, Json, ListField, StatusField, StrField};
use payments::{events, on, Event, PaymentStatus, State};

use crate::Notes;

events! {
    /// With documentation.
    pub mod shop {
        /// A parcel has left.
        order_shipped {
            /// The shop's number.
            order_id: Int,
            /// Whoever has it now.
            carrier: Option<Str>,
            /// Of which kind it is.
            r#type: Bool,
        }
    }
}

events! {
    pub mod without_a_word {
        order_paid { amount: Amount, #[currency(ETH)] status: Status, hashes: List, more: Json }
        #[daemon(current)]
        order_forgotten {}
    }
}

/// A module in a module.
mod inner {
    use core::future::ready;

    payments::events! {
        mod private { order_lost { order_id: Int } }
    }

    payments::events! {
        pub(super) mod of_the_parent { order_found { order_id: Int } }
    }

    /// A handler beside its events.
    #[payments::on("order_lost", schema = private, crate = payments)]
    async fn lost(_event: payments::Event, order_id: super::Number, notes: payments::State<super::Notes>) {
        ready(()).await;
        notes.add(&format!("lost {}", order_id.0));
    }
}

/// Takes its fields as types of this crate's own.
#[on("order_shipped", schema = shop, crate = payments)]
async fn shipped(
    _event: Event,
    order_id: Number,
    carrier: Option<Carrier<'_>>,
    r#type: bool,
    notes: State<Notes>,
) {
    ready(()).await;
    notes.add(&format!("shipped {} {:?} {type}", order_id.0, carrier.map(|known| known.name)));
}

/// The others of them.
#[on("order_paid", schema = without_a_word, crate = payments)]
async fn paid(
    _event: Event,
    amount: Money<payments::Decimal>,
    status: Option<Progress>,
    hashes: Hashes,
    more: Json<u64>,
    notes: State<Notes>,
) {
    ready(()).await;
    notes.add(&format!("paid {} {:?} {} {}", amount.0, status.map(|known| known.0), hashes.0.len(), more.0));
}

/// In a module that only the crate can see.
#[on("order_found", schema = inner::of_the_parent, crate = payments)]
async fn found(_event: Event, order_id: u64, notes: State<Notes>) {
    ready(()).await;
    notes.add(&format!("found {order_id}"));
}

/// The shop's number.
#[derive(Debug, Clone, Copy, IntField)]
#[field(crate = payments)]
struct Number(u64);

/// With a name, borrowed.
#[derive(Debug, Clone, Copy, StrField)]
#[field(crate = payments)]
#[non_exhaustive]
pub struct Carrier<'update> {
    /// As it is written.
    pub name: &'update str,
}

/// Whatever an amount can be taken as.
#[derive(Debug, Clone, Copy, AmountField)]
#[field(crate = ::payments)]
struct Money<Amount: Copy>(Amount);

/// Of a payment.
#[derive(Debug, Clone, Copy, StatusField)]
#[field(crate = payments)]
struct Progress(PaymentStatus);

/// Of transactions.
#[derive(Debug, Clone, ListField)]
#[field(crate = payments)]
struct Hashes(Vec<String>);
