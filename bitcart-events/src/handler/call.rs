//! How a handler is called: its arguments are read, the user's function is called, what it returns is reported.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use super::description::Description;
use super::{Attempt, HandlerError, Need, Needs, Outcome, States, Subscription};
use crate::Update;
use crate::field::{Field, FieldError};

/// What the generated function is called with.
#[doc(hidden)]
pub type Ask<'u> = &'u Invocation<'u>;

/// The generated function: it reads the arguments and calls the user's. In place of a call it can be asked what it is.
#[doc(hidden)]
pub type Caller = for<'u> fn(&'u Invocation<'u>) -> Call<'u>;

/// What became of a call, by the kind of handler.
#[doc(hidden)]
pub enum Call<'u> {
    Plain(Outcome),
    /// On a thread that it may block.
    Blocking(Outcome),
    /// Its future, once its arguments have been read.
    Async(Result<Started<'u>, HandlerError>),
}

/// The future of an `async` handler.
pub(crate) type Started<'u> = Pin<Box<dyn Future<Output = Outcome> + Send + 'u>>;

impl Call<'_> {
    /// Stands beside a compile error, so that `handlers![…]` does not add a second one.
    pub const NOTHING: Self = Self::Plain(Ok(()));
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "plain",
            Self::Blocking(_) => "blocking",
            Self::Async(_) => "async",
        })
    }
}

/// One call of a handler: everything that its arguments are read from. Or, in place of a call, the question what the handler
/// is and what it needs of its listener: only what reads the arguments knows their types.
#[doc(hidden)]
#[derive(Debug)]
pub struct Invocation<'u>(pub(super) Content<'u>);

#[derive(Debug)]
pub(super) enum Content<'u> {
    Event(Given<'u>),
    Question(&'u Mutex<Answer>),
}

/// What a handler says of itself.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) needs: Needs,
    pub(crate) description: Description,
}

/// What an event brings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'u> {
    pub(crate) update: &'u Update,
    pub(crate) subscription: &'u Subscription,
    pub(crate) states: &'u States,
    pub(crate) attempt: &'u Attempt,
}

impl<'u> Invocation<'u> {
    pub(crate) fn new(given: Given<'u>) -> Self {
        Self(Content::Event(given))
    }

    /// Asks a handler what it is, and whether it blocks its thread. There is no argument to be had, so it comes to no call of the user's function.
    pub(crate) fn ask(caller: Caller) -> (Answer, bool) {
        let answer = Mutex::default();
        let is_blocking = matches!(caller(&Invocation(Content::Question(&answer))), Call::Blocking(_));
        (answer.into_inner().unwrap_or_else(PoisonError::into_inner), is_blocking)
    }

    /// Adds to the answer, if this is the question.
    pub(crate) fn answer(&self, add: impl FnOnce(&mut Answer)) {
        if let Content::Question(answer) = self.0 {
            add(&mut answer.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// What the event brings; nothing if this is the question, to which `need` is the answer.
    #[inline]
    pub(crate) fn given(&self, need: &dyn Fn() -> Option<Need>) -> Result<&Given<'u>, HandlerError> {
        match &self.0 {
            Content::Event(given) => Ok(given),
            Content::Question(_) => Err(self.asked(need)),
        }
    }

    #[cold]
    fn asked(&self, need: &dyn Fn() -> Option<Need>) -> HandlerError {
        if let Some(need) = need() {
            self.answer(|answer| answer.needs.add(need));
        }
        no_event()
    }

    /// The field that the handler's n-th parameter is.
    // There, because what is read of it is a part of what it says.
    #[inline]
    pub(crate) fn field(&self, parameter: usize) -> Result<Field<'u>, HandlerError> {
        let Content::Event(given) = &self.0 else { return Err(no_event()) };
        let column = given.subscription.columns.get(parameter).copied().flatten();
        Ok(column.map_or(Field::LACKING, |column| given.update.field_here(column)))
    }
}

/// There is no argument to be had. Nobody is shown it.
pub(super) fn no_event() -> HandlerError {
    HandlerError::Argument(FieldError::missing(""))
}

/// Reads an argument: the n-th parameter.
pub(super) type Read<'u, T> = fn(&'u Invocation<'u>, usize) -> Result<T, HandlerError>;

/// Reads an argument. One that cannot be read ends the call, but not the question: each of them answers that.
///
/// # Errors
/// That it cannot be read. That there is none for a question is the result.
#[doc(hidden)]
pub fn read<'u, T>(
    call: &'u Invocation<'u>,
    argument: Read<'u, T>,
    parameter: usize,
) -> Result<Result<T, HandlerError>, HandlerError> {
    match (argument(call, parameter), &call.0) {
        (Err(error), Content::Event(_)) => Err(error),
        (read, _) => Ok(read),
    }
}

/// Stands beside a function whose signature `#[on]` could not read. rustc says the reason, unless there is an error.
#[doc(hidden)]
#[must_use = "`#[on]` cannot read this function, so it is no handler: write each parameter as `name: Type`"]
pub const fn unread() -> bool {
    true
}

/// Reports what the user's function returned.
#[doc(hidden)]
pub fn plain<'u, O>(returned: Result<O, HandlerError>, report: fn(O) -> Outcome) -> Call<'u> {
    Call::Plain(returned.and_then(report))
}

/// The same of one that blocks its thread.
#[doc(hidden)]
pub fn blocking<'u, O>(returned: Result<O, HandlerError>, report: fn(O) -> Outcome) -> Call<'u> {
    Call::Blocking(returned.and_then(report))
}

/// The same of an `async` one, once it has ended.
#[doc(hidden)]
pub fn async_handler<'u, F: Future<Output: 'u> + Send + 'u>(
    future: Result<F, HandlerError>,
    report: fn(F::Output) -> Outcome,
) -> Call<'u> {
    let started = |future: F| -> Started<'u> { Box::pin(async move { report(future.await) }) };
    Call::Async(future.map(started))
}
