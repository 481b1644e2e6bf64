use bitcart_events::{BoxError, Event, Final, HandlerError, on};

#[on("new_block", retries = 3)]
fn itself(_event: Event, height: u64) -> Result<(), Final> {
    Err(Final::new(format!("no such block {height}")))
}

#[on("new_transaction", retries = 0)]
async fn boxed(_event: Event, tx: &str) -> Result<(), BoxError> {
    let _: u64 = tx.parse().map_err(Final::new)?;
    Err(Final::new("no such order").into())
}

fn main() {
    let error = itself(Event::find("new_block").unwrap(), 7).unwrap_err();
    assert_eq!(error.to_string(), "no such block 7");
    assert!(HandlerError::Failed(error.into()).is_final());
}
