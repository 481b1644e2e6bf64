//! How a handler is called: its arguments are read, the user's function is called, what it returns is reported.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use super::{Attempt, HandlerError, Need, Needs, Outcome, States, Subscription};
use crate::Update;
use crate::field::{Field, FieldError};

/// The generated function that reads the arguments and calls the user's.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub enum Call {
    Plain(fn(&Invocation<'_>) -> Outcome),
    Blocking(fn(&Invocation<'_>) -> Outcome),
    Async(for<'u> fn(&'u Invocation<'u>) -> Started<'u>),
}

/// An `async` handler's future, once its arguments have been read.
type Started<'u> = Result<Pin<Box<dyn Future<Output = Outcome> + Send + 'u>>, HandlerError>;

impl Call {
    /// Asks for them in place of a call.
    pub(crate) fn needs(self) -> Needs {
        let question = Invocation(Content::Question(Mutex::new(Needs::NONE)));
        // There is no argument to be had, so it comes to no call of the user's function.
        match self {
            Self::Plain(call) | Self::Blocking(call) => drop(call(&question)),
            Self::Async(call) => drop(call(&question)),
        }
        match question.0 {
            Content::Question(needs) => needs.into_inner().unwrap_or_else(PoisonError::into_inner),
            Content::Event(_) => Needs::NONE,
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "plain",
            Self::Blocking(_) => "blocking",
            Self::Async(_) => "async",
        })
    }
}

/// One call of a handler: everything that its arguments are read from. Or, in place of a call, the question what it needs
/// of its listener: only what reads the arguments knows their types.
#[doc(hidden)]
#[derive(Debug)]
pub struct Invocation<'u>(Content<'u>);

#[derive(Debug)]
enum Content<'u> {
    Event(Given<'u>),
    Question(Mutex<Needs>),
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

    /// What the event brings; nothing if this is the question, to which `need` is the answer.
    pub(crate) fn given(&self, need: impl FnOnce() -> Option<Need>) -> Result<&Given<'u>, HandlerError> {
        match &self.0 {
            Content::Event(given) => Ok(given),
            Content::Question(needs) => {
                if let Some(need) = need() {
                    needs.lock().unwrap_or_else(PoisonError::into_inner).add(need);
                }
                Err(HandlerError::Argument(FieldError::missing("")))
            }
        }
    }

    /// The field that the handler's n-th parameter is.
    pub(crate) fn field(&self, parameter: usize) -> Result<Field<'u>, HandlerError> {
        let given = self.given(|| None)?;
        let column = given.subscription.columns.get(parameter).copied().flatten();
        Ok(column.map_or(Field::LACKING, |column| given.update.field(column)))
    }
}

/// Reads an argument: the n-th parameter.
type Read<'u, T> = fn(&Invocation<'u>, usize) -> Result<T, HandlerError>;

/// Reads an argument. One that cannot be read ends the call, but not the question: each of them answers that.
///
/// # Errors
/// That it cannot be read. That there is none for a question is the result.
#[doc(hidden)]
pub fn read<'u, T>(
    call: &Invocation<'u>,
    argument: Read<'u, T>,
    parameter: usize,
) -> Result<Result<T, HandlerError>, HandlerError> {
    match (argument(call, parameter), &call.0) {
        (Err(error), Content::Event(_)) => Err(error),
        (read, _) => Ok(read),
    }
}

/// Calls the user's function with its arguments. A function for each number of them, because for the compiler of the
/// user's crate one call of it is the least work, by far: it checks no `?` and no branches there.
macro_rules! with_arguments {
    ($($function:ident $($argument:ident $T:ident $n:literal)*;)*) => {
        /// By their number.
        pub(crate) mod with_arguments {
            use super::{Content, FieldError, HandlerError, Invocation, Read};

            $(
                /// Calls the user's function with its arguments.
                ///
                /// # Errors
                /// When one of them cannot be read.
                #[allow(clippy::too_many_arguments)]
                pub fn $function<'u, $($T,)* O>(
                    call: &Invocation<'u>,
                    function: impl FnOnce($($T),*) -> O,
                    $($argument: Read<'u, $T>,)*
                ) -> Result<O, HandlerError> {
                    if let Content::Question(_) = call.0 {
                        // Each of them answers it.
                        $(drop($argument(call, $n));)*
                        return Err(HandlerError::Argument(FieldError::missing("")));
                    }
                    $(let $argument = $argument(call, $n)?;)*
                    Ok(function($($argument),*))
                }
            )*
        }
    };
}
with_arguments! {
    call1 a A 0;
    call2 a A 0 b B 1;
    call3 a A 0 b B 1 c C 2;
    call4 a A 0 b B 1 c C 2 d D 3;
    call5 a A 0 b B 1 c C 2 d D 3 e E 4;
    call6 a A 0 b B 1 c C 2 d D 3 e E 4 f F 5;
    call7 a A 0 b B 1 c C 2 d D 3 e E 4 f F 5 g G 6;
    call8 a A 0 b B 1 c C 2 d D 3 e E 4 f F 5 g G 6 h H 7;
    call9 a A 0 b B 1 c C 2 d D 3 e E 4 f F 5 g G 6 h H 7 i I 8;
    call10 a A 0 b B 1 c C 2 d D 3 e E 4 f F 5 g G 6 h H 7 i I 8 j J 9;
}

/// Reports what the user's function returned.
///
/// # Errors
/// That of the handler, or of its arguments.
#[doc(hidden)]
pub fn handler<O>(returned: Result<O, HandlerError>, report: fn(O) -> Outcome) -> Outcome {
    report(returned?)
}

/// The same of an `async` one, once it has ended.
///
/// # Errors
/// That of its arguments.
#[doc(hidden)]
pub fn async_handler<'u, F: Future<Output: 'u> + Send + 'u>(
    future: Result<F, HandlerError>,
    report: fn(F::Output) -> Outcome,
) -> Started<'u> {
    let future = future?;
    Ok(Box::pin(async move { report(future.await) }))
}
