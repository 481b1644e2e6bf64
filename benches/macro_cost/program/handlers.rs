#[on("new_block")]
pub fn block(_event: Event, height: u64, chain: State<Chain>) {
    chain.grow(MODULE, height);
}

#[on("new_block", currency = ["BTC", "LTC"])]
pub async fn block_of_coin(event: Event, instance: Coin, height: i64, shop: State<Shop>) {
    shop.note(MODULE, format!("{event} of {:?}: {height}", instance.wallet()));
}

#[on("new_transaction")]
pub async fn seen(event: Event, tx: String, shop: State<Shop>) {
    shop.note(MODULE, format!("{event}: {tx}"));
}

#[on("new_transaction", currency = "ETH")]
pub async fn token(
    event: Event,
    instance: Coin,
    tx: &str,
    from_address: &str,
    amount: Decimal,
    contract: Option<String>,
    shop: State<Shop>,
) -> Result<(), Unsettled> {
    shop.note(MODULE, format!("{event} of {}: {tx} from {from_address}", instance.currency()));
    shop.settle(MODULE, contract.as_deref().unwrap_or_default(), Some(amount)).await
}

#[on("new_payment")]
pub async fn paid(
    instance: Coin,
    event: Event,
    address: &str,
    status: PaymentStatus,
    sent_amount: Option<Decimal>,
    shop: State<Shop>,
) -> Result<(), Unsettled> {
    if status == PaymentStatus::Paid {
        shop.settle(MODULE, address, sent_amount).await?;
    }
    shop.note(MODULE, format!("{event} of {}", instance.currency()));
    Ok(())
}

#[on("new_payment", currency = "XMR", daemon = "current")]
pub fn paid_privately(
    event: &str,
    address: String,
    tx_hashes: Vec<String>,
    sent_amount: Decimal,
) -> Result<(), String> {
    if tx_hashes.len() > MODULE as usize { Ok(()) } else { Err(format!("{event} {address}: {sent_amount}")) }
}

#[on("new_payment", currency = "TRX", blocking)]
pub fn paid_slowly(_event: Event, address: &str, status_str: &str, shop: State<Shop>) {
    shop.note(MODULE, format!("{address} is {status_str}"));
}

#[on("verified_tx")]
pub fn confirmed(_event: Event, tx: &str, height: u64, chain: State<Chain>) -> Result<(), Unsettled> {
    chain.grow(MODULE, height);
    if tx.is_empty() { Err(Unsettled) } else { Ok(()) }
}

#[on(["new_block", "new_transaction"], currency = "BCH")]
pub fn either(event: Event, height: Option<u64>, tx: Option<&str>, shop: State<Shop>) {
    shop.note(MODULE, format!("{event}: {height:?} {tx:?}"));
}

#[on(["new_transaction", "verified_tx"], currency = "GRS")]
pub async fn followed(event: Event, instance: Coin, tx: Option<String>, height: Option<u64>, shop: State<Shop>) {
    shop.note(MODULE, format!("{event} of {:?}: {tx:?} {height:?}", instance.wallet()));
}
