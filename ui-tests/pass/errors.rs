use std::error::Error;
use std::fmt;

use bitcart_events::{Event, on};

#[derive(Debug)]
struct Failure;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failure")
    }
}

impl Error for Failure {}

#[on("new_block")]
fn own(_event: Event) -> Result<(), Failure> {
    Err(Failure)
}

#[on("new_transaction")]
async fn text(_event: Event) -> Result<(), String> {
    Err("text".to_owned())
}

#[on("new_payment")]
async fn boxed(_event: Event) -> Result<(), Box<dyn Error + Send + Sync>> {
    Err(Failure)?
}

type Handled = Result<(), &'static str>;

#[on("verified_tx")]
fn behind_an_alias(_event: Event) -> Handled {
    Err("text")
}

#[on("verified_tx", currency = "BTC")]
fn nothing(_event: Event) -> () {}

fn main() {
    own(Event::find("new_block").unwrap()).unwrap_err();
}
