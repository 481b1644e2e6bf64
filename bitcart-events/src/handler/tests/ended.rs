//! Errors: which of them are final, and what they say.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use anyhow::Context;

use super::{BLOCK, attempt, run};
use crate::{BoxError, Event, Final, HandlerError, on};

/// With a cause.
#[derive(Debug)]
struct Late(Final);

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too late")
    }
}

impl Error for Late {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[on("new_block", register = false, crate = crate)]
fn boxed(_event: Event) -> Result<(), BoxError> {
    Err(Final::new("no such order").into())
}

#[on("new_block", register = false, crate = crate)]
fn itself(_event: Event) -> Result<(), Final> {
    Err(Final::new("no such order"))
}

#[on("new_block", register = false, crate = crate)]
async fn by_anyhow(_event: Event) -> anyhow::Result<()> {
    "x".parse::<u8>().map_err(Final::new)?;
    Ok(())
}

#[on("new_block", register = false, crate = crate)]
async fn under_contexts(_event: Event) -> anyhow::Result<()> {
    let failed: anyhow::Result<()> = Err(Final::new("no such order").into());
    failed.context("the payment").with_context(|| "the shop")
}

#[on("new_block", register = false, crate = crate)]
fn around_anyhow(_event: Event) -> anyhow::Result<()> {
    let failed: anyhow::Result<()> = Err(anyhow::anyhow!("closed").context("the shop"));
    failed.map_err(Final::new).context("the payment")
}

#[on("new_block", register = false, crate = crate)]
fn behind_ones_own(_event: Event) -> Result<(), Late> {
    Err(Late(Final::new("no such order")))
}

#[on("new_block", register = false, crate = crate)]
fn not_final(_event: Event) -> anyhow::Result<()> {
    Err(anyhow::anyhow!("unreachable").context("the shop"))
}

#[on("new_block", register = false, crate = crate)]
fn rejected(_event: Event, height: u32) {
    let _ = height;
}

#[test]
fn a_final_error_is_found_wherever_it_stands() {
    for (outcome, text) in [
        (run::<boxed>(&attempt(), BLOCK), "no such order"),
        (run::<itself>(&attempt(), BLOCK), "no such order"),
        (run::<by_anyhow>(&attempt(), BLOCK), "invalid digit found in string"),
        (run::<under_contexts>(&attempt(), BLOCK), "the shop: the payment: no such order"),
        (run::<around_anyhow>(&attempt(), BLOCK), "the payment: the shop: closed"),
        (run::<behind_ones_own>(&attempt(), BLOCK), "too late: no such order"),
    ] {
        let error = outcome.unwrap_err();
        assert!(error.is_final(), "{error}");
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn other_errors_are_not_final() {
    let error = run::<not_final>(&attempt(), BLOCK).unwrap_err();
    assert!(!error.is_final());
    assert_eq!(error.to_string(), "the shop: unreachable");
    assert!(!HandlerError::Panicked("no such order".to_owned()).is_final());
    let late = HandlerError::TimedOut(Duration::from_millis(1500));
    assert!(!late.is_final());
    assert_eq!(late.to_string(), "took longer than 1.5s");
}

#[test]
fn an_argument_that_cannot_be_read_is_final() {
    let error = run::<rejected>(&attempt(), r#"{"event": "new_block", "height": 4294967296}"#).unwrap_err();
    assert!(matches!(error, HandlerError::Argument(_)) && error.is_final(), "{error}");
}

/// What a test of a handler can look at.
#[test]
fn a_final_error_shows_what_it_was_made_of() {
    let error = Final::new(Final::new("no such order"));
    assert_eq!(
        (error.to_string().as_str(), format!("{error:?}").as_str()),
        ("no such order", "Final(Final(\"no such order\"))")
    );
    assert!(error.into_inner().is::<Final>());
    assert!(by_anyhow_of("x").unwrap_err().is::<Final>());
    // As `anyhow` prints it, nothing is said twice.
    let printed = format!("{:#}", by_anyhow_of("x").unwrap_err());
    assert_eq!(printed, "the payment: invalid digit found in string: no other attempt would succeed");
}

fn by_anyhow_of(text: &str) -> anyhow::Result<u8> {
    text.parse().map_err(Final::new).context("the payment")
}
