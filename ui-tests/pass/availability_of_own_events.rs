//! An event of one's own may come from some daemons only, too.

use bitcart_events::{Decimal, Event, on};

bitcart_events::events! {
    mod tokens {
        #[currency(ETH, TRX)]
        token_moved {
            amount: Amount,
            #[daemon(current)]
            fee: Amount,
            #[currency(TRX)]
            bandwidth: Int,
        }
    }
}

#[on("token_moved", schema = tokens, currency = "ETH", daemon = "current")]
fn of_ether(_event: Event, _amount: Decimal, _fee: Decimal) {}

#[on("token_moved", schema = tokens, currency = "TRX")]
fn of_tron(_event: Event, _fee: Option<Decimal>, _bandwidth: u64) {}

#[on("token_moved", schema = tokens)]
fn of_any(_event: Event, _bandwidth: Option<u64>) {}

fn main() {}
