//! What `#[on]` writes down about a function.

use std::panic::Location;

use super::call::Answer;
use super::description::Description;
use super::{Call, Caller, Invocation, Needs};
use crate::Currency;
use crate::schema::EventSchema;

/// One for each function, however many events it handles.
#[derive(Debug)]
pub(crate) struct Registration {
    pub(crate) description: Description,
    pub(crate) needs: Needs,
    pub(crate) is_blocking: bool,
    pub(crate) caller: Caller,
}

impl Registration {
    pub(crate) fn of(caller: Caller) -> Self {
        let (Answer { needs, description }, is_blocking) = Invocation::ask(caller);
        Self { description, needs, is_blocking, caller }
    }
}

/// Describes the handler that was called, if that was the question. It is part of the call, because each body costs the
/// compiler of the user's crate far more than what stands in it.
///
/// `parameters` are the names of all, with spaces between them: one text costs the compiler less than lists of numbers,
/// and where the fields stand in each event is found out here. Arrays cost it less than references to them.
#[doc(hidden)]
#[must_use]
#[track_caller]
#[inline(never)]
pub fn described<'u, const EVENTS: usize, const CURRENCIES: usize>(
    call: &Invocation<'_>,
    name: &'static str,
    events: [&'static EventSchema; EVENTS],
    parameters: &'static str,
    currencies: [Currency; CURRENCIES],
    called: Call<'u>,
) -> Call<'u> {
    let place = Location::caller();
    call.answer(|answer| {
        answer.description = Description::new(name, place, &events, parameters, &currencies);
    });
    called
}

/// With so many attempts after a failed one.
#[doc(hidden)]
#[must_use]
pub fn retries<'u>(call: &Invocation<'_>, retries: u32, called: Call<'u>) -> Call<'u> {
    call.answer(|answer| answer.needs.retries = Some(retries));
    called
}
