//! What a generated function calls: it answers what the handler is; or reads the arguments, calls the user's function with
//! them, and reports what that returned.
//!
//! One for each kind of handler and each number of arguments, because for the compiler of the user's crate one call is the least
//! work, by far: another one costs it as much as an argument, and it checks no `?` and no branches there.

use super::Outcome;
use super::call::{Call, Content, Invocation, Read, async_handler, blocking, no_event, plain};
use super::registration::described;
use crate::Currency;
use crate::schema::EventSchema;

macro_rules! with_arguments {
    (plain and blocking; $($plain:ident $blocking:ident $type:tt $($argument:ident $T:ident $n:literal)*;)*) => { $(
        with_arguments! { @ plain $type O, $plain $($argument $T $n)* }
        with_arguments! { @ blocking $type O, $blocking $($argument $T $n)* }
    )* };
    ($kind:ident $output:ty; $($function:ident $type:tt $($argument:ident $T:ident $n:literal)*;)*) => {
        $(with_arguments! { @ $kind $type $output, $function $($argument $T $n)* })*
    };
    (@ $kind:ident ($O:ident $($bound:tt)*) $output:ty, $function:ident $($argument:ident $T:ident $n:literal)*) => {
        /// Answers what a handler is, or calls the user's function.
        #[allow(clippy::too_many_arguments)]
        #[track_caller]
        pub fn $function<'u, const EVENTS: usize, const CURRENCIES: usize, $($T,)* $O $($bound)*>(
            call: &'u Invocation<'u>,
            name: &'static str,
            events: [&'static EventSchema; EVENTS],
            parameters: &'static str,
            currencies: [Currency; CURRENCIES],
            function: fn($($T),*) -> $O,
            $($argument: Read<'u, $T>,)*
            report: fn($output) -> Outcome,
        ) -> Call<'u> {
            if let Content::Question(_) = call.0 {
                // Each of them answers it.
                $(drop($argument(call, $n));)*
                return described(call, name, events, parameters, currencies, $kind(Err::<$O, _>(no_event()), report));
            }
            let returned = || Ok(function($($argument(call, $n)?),*));
            $kind(returned(), report)
        }
    };
}

with_arguments! {
    plain and blocking;
    plain1 blocking1 (O) a A 0;
    plain2 blocking2 (O) a A 0 b B 1;
    plain3 blocking3 (O) a A 0 b B 1 c C 2;
    plain4 blocking4 (O) a A 0 b B 1 c C 2 d D 3;
    plain5 blocking5 (O) a A 0 b B 1 c C 2 d D 3 e E 4;
    plain6 blocking6 (O) a A 0 b B 1 c C 2 d D 3 e E 4 f X 5;
    plain7 blocking7 (O) a A 0 b B 1 c C 2 d D 3 e E 4 f X 5 g G 6;
    plain8 blocking8 (O) a A 0 b B 1 c C 2 d D 3 e E 4 f X 5 g G 6 h H 7;
    plain9 blocking9 (O) a A 0 b B 1 c C 2 d D 3 e E 4 f X 5 g G 6 h H 7 i I 8;
    plain10 blocking10 (O) a A 0 b B 1 c C 2 d D 3 e E 4 f X 5 g G 6 h H 7 i I 8 j J 9;
}

/// Apart, because rustc names one where a handler's future is not `Send`, by the place that it is exported at. The bound is
/// written where the macro is called, so that rustc shows it without the macro.
pub mod async_handlers {
    use std::future::Future;

    use super::{
        Call, Content, Currency, EventSchema, Invocation, Outcome, Read, async_handler, described, no_event,
    };

    with_arguments! {
        async_handler F::Output;
        async_handler1 (F: Future<Output: 'u> + Send + 'u) a A 0;
        async_handler2 (F: Future<Output: 'u> + Send + 'u) a A 0 b B 1;
        async_handler3 (F: Future<Output: 'u> + Send + 'u) a A 0 b B 1 c C 2;
        async_handler4 (F: Future<Output: 'u> + Send + 'u) a A 0 b B 1 c C 2 d D 3;
        async_handler5 (F: Future<Output: 'u> + Send + 'u) a A 0 b B 1 c C 2 d D 3 e E 4;
        async_handler6 (F: Future<Output: 'u> + Send + 'u) a A 0 b B 1 c C 2 d D 3 e E 4 f X 5;
        async_handler7 (F: Future<Output: 'u> + Send + 'u) a A 0 b B 1 c C 2 d D 3 e E 4 f X 5 g G 6;
        async_handler8 (F: Future<Output: 'u> + Send + 'u) a A 0 b B 1 c C 2 d D 3 e E 4 f X 5 g G 6 h H 7;
        async_handler9 (F: Future<Output: 'u> + Send + 'u) a A 0 b B 1 c C 2 d D 3 e E 4 f X 5 g G 6 h H 7 i I 8;
        async_handler10 (F: Future<Output: 'u> + Send + 'u) a A 0 b B 1 c C 2 d D 3 e E 4 f X 5 g G 6 h H 7 i I 8 j J 9;
    }
}
