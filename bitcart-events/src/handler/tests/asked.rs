//! The parameter `Delivery`, and the option `retries`.

use std::time::{Duration, SystemTime};

use super::{BLOCK, PAYMENT, attempt, handlers, run};
use crate::inbox::Origin;
use crate::{BoxError, Delivery, Event, HandlerError, State, on};

/// The error is what it was told.
fn told(address: &str, delivery: &Delivery) -> Result<(), BoxError> {
    let accepted = delivery.accepted().duration_since(SystemTime::UNIX_EPOCH)?;
    let (key, attempt, origin) = (delivery.key(), delivery.attempt(), delivery.origin());
    Err(format!("{address} {key} {attempt} {origin:?} {accepted:?}").into())
}

#[on("new_payment", register = false, crate = crate)]
fn plain(_event: Event, how: Delivery, address: &str) -> Result<(), BoxError> {
    told(address, &how)
}

#[on("new_payment", register = false, blocking, crate = crate)]
fn blocking(_event: Event, address: &str, tx: crate::Delivery) -> Result<(), BoxError> {
    told(address, &tx)
}

#[on(["new_payment", "new_block"], register = false, retries = 0, crate = crate)]
async fn awaiting(_event: Event, address: Option<&str>, delivery: Delivery) -> Result<(), BoxError> {
    std::future::ready(()).await;
    told(address.unwrap_or_default(), &delivery)
}

/// More parameters than one function calls it with.
#[rustfmt::skip]
#[on("new_payment", register = false, crate = crate)]
async fn many(
    _event: Event, address: &str, a: Delivery, s0: State<u8>, s1: State<u16>, s2: State<u32>, s3: State<u64>,
    s4: State<i8>, s5: State<i16>, s6: State<i32>, s7: State<i64>,
) -> Result<(), BoxError> {
    let sum = i64::from(*s0) + i64::from(*s1) + i64::from(*s2) + i64::from(*s4) + i64::from(*s5) + i64::from(*s6) + *s7;
    told(&format!("{address} {} {sum}", *s3), &a)
}

#[on("new_block", register = false, retries = 100, crate = crate)]
fn nothing(_event: Event) {}

/// One that cannot be read, and one that must not be asked for then.
struct Bad;
struct Never;

impl<'u> crate::field::StatusField<'u> for Bad {
    fn from_field(field: crate::field::Field<'u>) -> Result<Self, crate::field::FieldError> {
        Err(field.mismatch("something else"))
    }
}

impl<'u> crate::field::StrField<'u> for Never {
    fn from_field(_: crate::field::Field<'u>) -> Result<Self, crate::field::FieldError> {
        panic!("what comes before it could not be read")
    }
}

#[on("new_payment", register = false, crate = crate)]
fn of_two(_event: Event, status: Bad, status_str: Never) {
    let _ = (status, status_str);
}

#[rustfmt::skip]
#[on("new_payment", register = false, crate = crate)]
fn of_twelve(
    _event: Event, status: Bad, status_str: Never, a: Delivery, b: State<u8>, c: State<u16>, d: State<u32>, e: State<u64>,
    f: State<i8>, g: State<i16>, h: State<i32>, i: State<i64>,
) {
    let _ = (status, status_str, a, b, c, d, e, f, g, h, i);
}

#[test]
fn an_argument_that_cannot_be_read_ends_the_call() {
    for outcome in [run::<of_two>(&attempt(), PAYMENT), run::<of_twelve>(&attempt(), PAYMENT)] {
        assert!(matches!(outcome, Err(HandlerError::Argument(error)) if error.field() == "status"));
    }
}

#[test]
fn a_delivery_says_which_event_it_is_and_in_which_attempt() {
    let expected = "a 9f86000a-1764 3 Drained 5s";
    for outcome in [
        run::<plain>(&attempt(), PAYMENT),
        run::<blocking>(&attempt(), PAYMENT),
        run::<awaiting>(&attempt(), PAYMENT),
    ] {
        assert_eq!(outcome.unwrap_err().to_string(), expected);
    }
    // It can be kept longer than the call, and sent away.
    fn is_free<T: Send + Sync + Clone + 'static>() {}
    is_free::<Delivery>();
}

#[test]
fn a_handler_of_many_parameters_is_asked_for_all_that_it_needs() {
    let handlers = handlers::<many>();
    let names: Vec<_> = handlers[0].states().iter().map(|state| state.name).collect();
    assert_eq!(names, ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"]);
    let error = run::<many>(&attempt(), PAYMENT).unwrap_err().to_string();
    assert_eq!(error, "no `State<u8>` was given; build the listener with `.state(u8 …)`");
}

#[test]
fn one_made_by_hand_is_what_was_said() {
    let delivery = Delivery::new("k");
    assert_eq!((delivery.key(), delivery.attempt(), delivery.origin()), ("k", 1, Origin::Live));
    assert!(delivery.accepted().elapsed().unwrap() < Duration::from_secs(60));
    let other = delivery.with_attempt(2).with_origin(Origin::Replayed).with_accepted(SystemTime::UNIX_EPOCH);
    assert_eq!(told("a", &other).unwrap_err().to_string(), "a k 2 Replayed 0ns");
}

#[test]
fn retries_are_known_for_each_event_of_a_handler() {
    let retries = |of: &[super::Handler]| of.iter().map(super::Handler::retries).collect::<Vec<_>>();
    assert_eq!(retries(&handlers::<plain>()), [None]);
    assert_eq!(retries(&handlers::<awaiting>()), [Some(0), Some(0)]);
    assert_eq!(retries(&handlers::<nothing>()), [Some(100)]);
    assert!(handlers::<awaiting>().iter().all(|handler| !handler.needs_inbox_tx()));
    run::<nothing>(&attempt(), BLOCK).unwrap();

    let event = Event::find("new_block").unwrap();
    let place = std::panic::Location::caller();
    let by_hand = super::Handler::by_hand(&[event], place, |_| async { Ok(()) });
    assert_eq!(retries(&by_hand), [None]);
    assert!(!by_hand[0].needs_inbox_tx() && by_hand[0].states().is_empty());
}
