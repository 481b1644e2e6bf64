#![allow(dead_code, non_camel_case_types, non_snake_case, unused_macros)]

use bitcart_events::{Event, State, on};

struct Option;
struct Result;
struct Box;
struct Vec;
struct Some;
struct None;
struct String;
struct Send;
struct str;
struct u64;
struct usize;
struct bool;
struct Registration;
struct Handle;
struct Outcome;
fn Ok() {}
fn Err() {}
mod core {}
mod std {}
mod alloc {}
mod inventory {}
mod bitcart_events_macros {}

macro_rules! line {
    () => {
        compile_error!("not this one")
    };
}
macro_rules! file {
    () => {
        compile_error!("not this one")
    };
}
macro_rules! concat {
    ($($t:tt)*) => {
        compile_error!("not this one")
    };
}

#[on("new_transaction", currency = "ETH", daemon = "current")]
async fn seen(_event: Event, _tx: &::core::primitive::str, _state: State<::core::primitive::u8>) {}

#[on(["new_block", "new_payment"])]
fn either(
    _event: Event,
    _height: ::core::option::Option<::core::primitive::u64>,
) -> ::core::result::Result<(), Failure> {
    ::core::result::Result::Ok(())
}

#[derive(Debug)]
struct Failure;

impl ::core::fmt::Display for Failure {
    fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::result::Result::Ok(())
    }
}

impl ::std::error::Error for Failure {}

fn main() {}
