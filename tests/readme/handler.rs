use bitcart_events::{Coin, Decimal, Event, PaymentStatus, Settings, State, on};

use crate::Orders;

#[on("new_payment")]
async fn paid(
    instance: Coin, // the wallet that the event came for
    event: Event,
    address: &str, // the request's id; borrowed from what was received
    status: PaymentStatus,
    sent_amount: Option<Decimal>, // exact; the daemons of 2020 do not send it
    orders: State<Orders>,        // what you gave to the listener
) -> anyhow::Result<()> {
    println!("{event} of {instance:?}: {address} is {status}");
    // It may come again, so `settle` has to have the same effect when it is repeated.
    if status == PaymentStatus::Paid {
        orders.settle(address, sent_amount).await?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> bitcart_events::Result<()> {
    bitcart_events::log_to_stderr();
    Settings::from_env()?.listener()?.state(Orders::default()).webhook().await
}
