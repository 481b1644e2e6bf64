//! A library crate of somebody else's: events and a handler that a program finds in it.

use bitcart_events::{Event, on};

bitcart_events::events! {
    /// What a shop tells.
    pub mod shop {
        /// A parcel has left.
        order_shipped {
            /// The shop's number.
            order_id: Int,
            carrier: Option<Str>,
            r#type: Bool,
            #[currency(ETH)]
            refund: Amount,
            more: Json,
        }
        /// Nothing to say.
        shop_closed {}
    }
}

/// Takes what the tests of what does not fit together take, too.
#[on("verified_tx")]
pub fn verified(_event: Event, _height: Option<u64>) {}
